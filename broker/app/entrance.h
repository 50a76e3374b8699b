// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "broker/app/admission.h"
#include "broker/app/config/config.h"
#include "broker/app/doors.h"
#include "broker/app/tls_contexts.h"
#include "broker/base/guarded.h"
#include "broker/net/tcp_stream.h"

namespace app {

/// What a newcomer passes before its bytes are MQTT: the listener's networks, and the layers it asks for. One
/// for all workers, owned by the server; any thread. Whoever is in stays when the settings change.
class Entrance {
 public:
  /// Both outlive it.
  Entrance(const Config& config, const Admission& admission)
      : config_(config),
        admission_(admission),
        settings_(std::make_shared<const Settings>(Settings{config.listeners, {}})) {}

  /// From now on networks, `allow_anonymous` and TLS are these, in the configuration's order; listeners
  /// without a context among them keep theirs.
  void replace(std::vector<Listener> listeners, TlsContexts contexts);

  /// One listener as it is when somebody comes: a reload behind his back changes nothing of it.
  class Door {
   public:
    /// Who may not even be read: by where its socket comes from.
    [[nodiscard]] std::optional<Doors::Refusal> refusal(const net::Address& peer) const;
    /// Null: the listener's bytes are MQTT.
    [[nodiscard]] std::unique_ptr<net::LayerStack> layers(const net::Address& peer) const;

   private:
    friend class Entrance;
    Door(const Entrance& entrance, const Listener& listener);
    const Entrance& entrance_;
    const Listener& listener_;
    std::shared_ptr<const Listener> settings_;
    std::shared_ptr<const net::TlsContext> tls_;  // null: none
  };
  [[nodiscard]] Door door(const Listener& listener) const { return {*this, listener}; }

  /// By for whom a proxy says it speaks.
  [[nodiscard]] std::optional<Doors::Refusal> refusal_of_proxied(const Listener& listener,
                                                                 const net::Address& client) const;
  /// Whether it may do without user and password. Nobody knows who really stands behind a proxy.
  [[nodiscard]] bool admits_anonymous(const Listener& listener, const net::Address& peer,
                                      bool is_proxied) const;

 private:
  struct Settings {
    std::vector<Listener> listeners;
    TlsContexts tls;
  };
  using Held = std::shared_ptr<const Settings>;
  Held held() const {
    return settings_.with([](const Held& now) { return now; });
  }
  std::size_t place_of(const Listener& listener) const;
  /// What holds for it now; the pointer keeps all of them.
  std::shared_ptr<const Listener> settings_of(const Listener& listener) const;
  std::optional<Doors::Refusal> judge(const Listener& settings, const net::Address& client) const;

  const Config& config_;
  const Admission& admission_;
  base::Guarded<Held> settings_;
};

}  // namespace app
