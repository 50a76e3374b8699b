// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "broker/app/admission.h"
#include "broker/app/config.h"
#include "broker/app/doors.h"
#include "broker/app/tls_contexts.h"
#include "broker/base/guarded.h"
#include "broker/net/tcp_stream.h"

namespace app {

/// What a newcomer passes before its bytes are MQTT: the listener's networks, and the layers it asks for. One
/// for all workers, owned by the server; any thread. Whoever is in stays when the settings change.
class Entrance {
 public:
  /// All outlive it.
  Entrance(const Config& config, const Admission& admission, TlsContexts& tls)
      : config_(config),
        admission_(admission),
        tls_(tls),
        settings_(std::make_shared<const Listeners>(config.listeners)) {}

  /// From now on networks and `allow_anonymous` are those of `listeners`, in the configuration's order.
  void replace(std::vector<Listener> listeners) {
    settings_.with([&](Settings& held) { held = std::make_shared<const Listeners>(std::move(listeners)); });
  }

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
  using Listeners = std::vector<Listener>;
  using Settings = std::shared_ptr<const Listeners>;
  std::size_t place_of(const Listener& listener) const;
  /// What holds for it now; the pointer keeps all of them.
  std::shared_ptr<const Listener> settings_of(const Listener& listener) const;

  const Config& config_;
  const Admission& admission_;
  TlsContexts& tls_;
  base::Guarded<Settings> settings_;
};

}  // namespace app
