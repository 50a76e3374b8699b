// SPDX-License-Identifier: Apache-2.0
// Accepting is done here and not by uv_listen, for the day the descriptors run out: libuv closes newcomers
// without a word to anyone then, and where its spare descriptor is lost too (another thread took it, or the
// whole machine has none left) it calls accept for ever.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <uv.h>

#include "broker/base/expected.h"
#include "broker/net/address.h"
#include "broker/net/descriptor.h"
#include "broker/net/handle.h"
#include "broker/net/loop.h"
#include "broker/net/tcp_stream.h"
#include "broker/net/timer.h"

namespace net {

/// A listening socket. Owned by a worker; loop's thread.
class TcpListener {
 public:
  /// Who is told; what these capture outlives the listener.
  struct Events {
    /// Every accepted connection.
    std::function<void(std::unique_ptr<TcpStream>)> on_stream;
    /// Descriptors (EMFILE, ENFILE) or the kernel's memory have run out, as a libuv status. The client that
    /// was closed at once for it; none: nobody is accepted for a moment.
    std::function<void(std::optional<Address> refused, int status)> on_exhausted;
  };
  /// What an IPv6 address that stands for all takes in.
  enum class Reach : std::uint8_t { ipv6_only, ipv4_too };
  /// Listeners of several loops share a place: the kernel spreads connections over them (SO_REUSEPORT). The
  /// first of them finds out whether another program has it.
  enum class Sharing : std::uint8_t { alone, first, further };
  struct Place {
    Address address;
    Reach reach = Reach::ipv6_only;
    Sharing sharing = Sharing::alone;
  };

  /// Binds and listens. The error says which address and why ("0.0.0.0:1883 is taken by another program").
  [[nodiscard]] static base::Expected<std::unique_ptr<TcpListener>, std::string> open(Loop& loop,
                                                                                      const Place& place,
                                                                                      Events events);
  /// Listens on a socket that is bound, a unix socket above all; null: the system refuses.
  [[nodiscard]] static std::unique_ptr<TcpListener> open_bound(Loop& loop, Descriptor bound, Events events);
  /// Where it listens; the port is the real one when 0 was asked for.
  const Address& address() const { return address_; }

 private:
  TcpListener(Loop& loop, Events events);
  [[nodiscard]] int bind_socket(const Place& place, bool is_shared);
  [[nodiscard]] int listen(const Place& place);
  [[nodiscard]] int start();
  [[nodiscard]] int watch();
  void accept_all();
  [[nodiscard]] bool accept_one();
  void take(Descriptor accepted, const Address& peer);
  [[nodiscard]] bool refuse_one(int status);
  void pause(int status);

  Loop& loop_;
  Events events_;
  Descriptor socket_;
  Descriptor spare_;
  HandlePtr<uv_poll_t> poll_;
  Timer resume_;
  bool is_paused_ = false;
  Address address_;
};

}  // namespace net
