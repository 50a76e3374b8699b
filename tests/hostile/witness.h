// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <thread>

#include "tests/support/socket_client.h"

namespace hostile {

/// A client that does everything right, and asks the broker two questions in turn: PINGREQ, and a message of
/// QoS 1 to its own subscription.
class Witness {
 public:
  explicit Witness(std::uint16_t port);

  /// The next question; false: no answer, or a wrong one.
  [[nodiscard]] bool ask();

 private:
  [[nodiscard]] bool ping();
  [[nodiscard]] bool publish();

  support::SocketClient socket_;
  bool is_ready_;
  std::uint16_t round_ = 0;
};

/// What a round trip costs on this machine now: a byte to a thread that does nothing else, and back.
class Echo {
 public:
  Echo();
  ~Echo();
  Echo(const Echo&) = delete;
  Echo& operator=(const Echo&) = delete;

  [[nodiscard]] bool ask() const;

 private:
  int near_ = -1;
  int far_ = -1;
  std::thread thread_;
};

}  // namespace hostile
