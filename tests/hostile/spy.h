// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/hostile/sockets.h"

namespace hostile {

/// A subscriber of everything that remembers what it was sent: what an attack made the broker pass on.
class Spy {
 public:
  Spy(std::uint16_t port, const std::vector<std::string>& filters);

  bool is_subscribed() const { return is_subscribed_; }
  /// The bytes that came since the last call, up to now; no more than Sockets::kept_bytes. A lost connection
  /// is heard as "lost".
  Bytes heard();

 private:
  Sockets socket_;
  bool is_subscribed_;
};

}  // namespace hostile
