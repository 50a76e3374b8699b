// SPDX-License-Identifier: Apache-2.0
// Records from anybody, before, in and behind a handshake: nothing but an end comes of what is none.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "broker/base/check.h"
#include "broker/net/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/tls_client.h"

namespace {

using Bytes = std::vector<std::uint8_t>;
using State = net::ByteLayer::State;

std::shared_ptr<const net::TlsContext> make_context() {
  const support::Folder folder;
  support::Authority authority("authority");
  const support::Identity server = authority.issue({.common_name = "server"});
  net::TlsOptions options{.cert = folder.write("c", server.certificate),
                          .key = folder.write("k", server.key)};
  options.client_ca = folder.write("a", authority.certificate());
  options.psk_file = folder.write("p", "gate:0102\n");
  options.user = net::TlsUser::cn;
  auto context = net::TlsContext::open(options);
  CHECK(context.has_value());
  return *context;
}

class Server {
 public:
  explicit Server(const std::shared_ptr<const net::TlsContext>& context)
      : layer_(net::make_tls_layer(context)) {}
  void hear(Bytes bytes) {
    if (state_ != State::open || bytes.empty()) return;
    const auto heard = layer_->hear(bytes, {turn_, down});
    state_ = heard.state;
    CHECK(heard.up.size() <= bytes.size() + 16384);
    static_cast<void>(layer_->say(heard.up, down));
  }
  void end() { layer_->end(down); }

  Bytes down;

 private:
  std::unique_ptr<net::ByteLayer> layer_;
  base::Arena turn_;
  State state_ = State::open;
};

}  // namespace

/// The first byte: how many flights of a true client come before the rest, and whether that goes in pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto context = make_context();
  if (size < 2) return 0;
  Server server(context);
  support::TlsClient client({.version = (data[0] & 4U) != 0 ? TLS1_2_VERSION : TLS1_3_VERSION});
  for (unsigned flight = 0; flight < (data[0] & 3U); ++flight) {
    client.shake_hands();
    server.hear(client.take());
    client.hear(std::exchange(server.down, {}));
  }
  const std::size_t cut = (data[0] & 8U) != 0 ? 1 + data[0] / 16U : size;
  for (std::size_t at = 1; at < size; at += cut)
    server.hear(Bytes(data + at, data + std::min(size, at + cut)));
  server.end();
  return 0;
}
