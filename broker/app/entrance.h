// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>

#include "broker/app/admission.h"
#include "broker/app/config.h"
#include "broker/app/doors.h"
#include "broker/app/tls_contexts.h"
#include "broker/net/tcp_stream.h"

namespace app {

/// What a newcomer passes before its bytes are MQTT: the listener's networks, and the layers it asks for. One
/// for all workers, owned by the server; any thread.
class Entrance {
 public:
  /// All outlive it.
  Entrance(const Config& config, const Admission& admission, TlsContexts& tls)
      : config_(config), admission_(admission), tls_(tls) {}

  /// Who may not even be read: by where its socket comes from.
  [[nodiscard]] std::optional<Doors::Refusal> refusal(const Listener& listener,
                                                      const net::Address& peer) const;
  /// By for whom a proxy says it speaks.
  [[nodiscard]] std::optional<Doors::Refusal> refusal_of_proxied(const Listener& listener,
                                                                 const net::Address& client) const;
  /// Whether it may do without user and password. Nobody knows who really stands behind a proxy.
  [[nodiscard]] bool admits_anonymous(const Listener& listener, const net::TcpStream& stream) const;
  /// Null: the listener's bytes are MQTT.
  [[nodiscard]] std::unique_ptr<net::LayerStack> layers(const Listener& listener,
                                                        const net::Address& peer) const;

 private:
  const Config& config_;
  const Admission& admission_;
  TlsContexts& tls_;
};

}  // namespace app
