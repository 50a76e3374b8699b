// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>

#include <uv.h>

#include "broker/base/expected.h"
#include "broker/net/address.h"
#include "broker/net/handle.h"
#include "broker/net/loop.h"
#include "broker/net/tcp_stream.h"

namespace net {

/// A listening socket. Owned by a worker; loop's thread.
class TcpListener {
 public:
  using OnStream = std::function<void(std::unique_ptr<TcpStream>)>;

  /// What an IPv6 address that stands for all takes in.
  enum class Reach : std::uint8_t { ipv6_only, ipv4_too };
  /// Binds and listens. `on_stream` is given every accepted connection; it captures what outlives the
  /// listener. The error says which address and why ("0.0.0.0:1883 is taken by another program").
  [[nodiscard]] static base::Expected<std::unique_ptr<TcpListener>, std::string> open(Loop& loop,
                                                                                      const Address& address,
                                                                                      Reach reach,
                                                                                      OnStream on_stream);
  /// Where it listens; the port is the real one when 0 was asked for.
  const Address& address() const { return address_; }

 private:
  TcpListener(Loop& loop, OnStream on_stream) : loop_(loop), on_stream_(std::move(on_stream)) {}
  int listen(const Address& address, Reach reach);
  void on_connection(int status);

  Loop& loop_;
  OnStream on_stream_;
  HandlePtr<uv_tcp_t> handle_;
  Address address_;
};

}  // namespace net
