// SPDX-License-Identifier: Apache-2.0
#include "broker/app/entrance.h"

#include <cstddef>
#include <utility>

#include "broker/net/proxy_protocol.h"
#include "broker/net/tls.h"
#include "broker/net/websocket.h"

namespace app {

using core::CloseReason;

std::size_t Entrance::place_of(const Listener& listener) const {
  return static_cast<std::size_t>(&listener - config_.listeners.data());
}

std::shared_ptr<const Listener> Entrance::settings_of(const Listener& listener) const {
  const Settings all = settings_.with([](const Settings& held) { return held; });
  return {all, &(*all)[place_of(listener)]};
}

/// The listener's networks are about clients: of a proxy they ask nothing.
std::optional<Doors::Refusal> Entrance::refusal(const Listener& listener, const net::Address& peer) const {
  if (!listener.proxy_protocol) return refusal_of_proxied(listener, peer);
  if (admission_.is_in(settings_of(listener)->trusted_proxies, peer)) return std::nullopt;
  return Doors::Refusal{CloseReason::network_refused, "it is no trusted proxy: see listener.trusted_proxies"};
}

std::optional<Doors::Refusal> Entrance::refusal_of_proxied(const Listener& listener,
                                                           const net::Address& client) const {
  const auto settings = settings_of(listener);
  if (admission_.is_in(settings->deny_from, client))
    return Doors::Refusal{CloseReason::network_refused, "see listener.deny_from"};
  if (!settings->allow_from.empty() && !admission_.is_in(settings->allow_from, client))
    return Doors::Refusal{CloseReason::network_refused, "see listener.allow_from"};
  return std::nullopt;
}

bool Entrance::admits_anonymous(const Listener& listener, const net::TcpStream& stream) const {
  const AllowAnonymous allowed = settings_of(listener)->allow_anonymous;
  if (allowed == AllowAnonymous::private_only && stream.is_proxied()) return false;
  return admission_.admits_anonymous(allowed, stream.peer());
}

std::unique_ptr<net::LayerStack> Entrance::layers(const Listener& listener, const net::Address& peer) const {
  auto layers = std::make_unique<net::LayerStack>();
  if (listener.proxy_protocol) layers->add(net::make_proxy_layer());
  if (listener.tls.is_on()) layers->add(net::make_tls_layer(tls_.of(place_of(listener))));
  if (listener.protocol == Protocol::websocket) {
    const auto is_trusted = [this, &listener](const net::Address& address) {
      return admission_.is_in(settings_of(listener)->trusted_proxies, address);
    };
    // Behind a PROXY header the peer is the client, whose word on others counts for nothing.
    layers->add(net::make_websocket_layer(listener.proxy_protocol
                                              ? net::UpgradeRules{.origins = listener.origins}
                                              : net::UpgradeRules{listener.origins, is_trusted, peer}));
  }
  if (layers->is_empty()) return nullptr;
  return layers;
}

}  // namespace app
