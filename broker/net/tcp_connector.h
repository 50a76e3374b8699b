// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "broker/base/expected.h"
#include "broker/net/address.h"
#include "broker/net/loop.h"
#include "broker/net/tcp_stream.h"

namespace net {

/// The first address of a host name or numeric address. Blocks: for programs that have nothing else to do
/// yet. The error is a sentence.
[[nodiscard]] base::Expected<Address, std::string> resolve(const std::string& host, std::uint16_t port);

/// Opens a connection to another program, one at a time. Loop's thread.
class TcpConnector {
 public:
  /// The stream, or why there is none: a libuv status. It captures what outlives the connector.
  using Done = std::function<void(base::Expected<std::unique_ptr<TcpStream>, int>)>;

  TcpConnector(Loop& loop, Done on_done) : loop_(loop), on_done_(std::move(on_done)) {}
  TcpConnector(const TcpConnector&) = delete;
  TcpConnector& operator=(const TcpConnector&) = delete;

  /// An attempt under way is given up.
  void connect(const Address& peer);

 private:
  void finish(int status);

  Loop& loop_;
  Done on_done_;
  TcpStream::TcpHandle handle_;  // while connecting
  Address peer_;
};

}  // namespace net
