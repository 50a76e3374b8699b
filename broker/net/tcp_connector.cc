// SPDX-License-Identifier: Apache-2.0
#include "broker/net/tcp_connector.h"

#include <utility>

#include <netinet/in.h>

#include "broker/net/sockaddr.h"

namespace net {

base::Expected<Address, std::string> resolve(const std::string& host, std::uint16_t port) {
  if (auto numeric = parse_address(host, port)) return *numeric;
  Loop loop;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  uv_getaddrinfo_t request{};
  const int status =
      uv_getaddrinfo(loop.raw(), &request, nullptr, host.c_str(), std::to_string(port).c_str(), &hints);
  if (status != 0)
    return base::make_unexpected(host + " has no address: " + std::string(status_text(status)));
  const Address address = from_sockaddr(*request.addrinfo->ai_addr);
  uv_freeaddrinfo(request.addrinfo);
  return address;
}

void TcpConnector::connect(const Address& peer) {
  peer_ = peer;
  handle_.reset();
  auto raw = std::make_unique<uv_tcp_t>();
  if (const int status = uv_tcp_init(loop_.raw(), raw.get()); status != 0) return finish(status);
  handle_.reset(raw.release());
  handle_->data = this;
  const sockaddr_storage storage = to_sockaddr(peer);
  auto request = std::make_unique<uv_connect_t>();
  const int status = uv_tcp_connect(request.get(), handle_.get(), reinterpret_cast<const sockaddr*>(&storage),
                                    [](uv_connect_t* done, int result) {
                                      auto* const self = static_cast<TcpConnector*>(done->handle->data);
                                      delete done;
                                      if (self != nullptr) self->finish(result);
                                    });
  if (status != 0) return finish(status);
  static_cast<void>(request.release());  // the callback's now
}

void TcpConnector::finish(int status) {
  TcpStream::TcpHandle handle = std::move(handle_);
  if (status != 0) {
    handle.reset();
    return on_done_(base::make_unexpected(status));
  }
  uv_tcp_nodelay(handle.get(), 1);
  on_done_(std::make_unique<TcpStream>(loop_, std::move(handle), peer_));
}

}  // namespace net
