// SPDX-License-Identifier: Apache-2.0
#include "broker/app/entrance.h"

#include <cstddef>
#include <utility>

#include "broker/net/proxy_protocol.h"
#include "broker/net/tls.h"
#include "broker/net/websocket.h"

namespace app {

using core::CloseReason;

namespace {

/// Who may open a unix socket, its permissions have said.
bool is_trusted_proxy(const Admission& admission, const Listener& settings, const net::Address& peer) {
  return peer.is_unix || admission.is_in(settings.trusted_proxies, peer);
}

}  // namespace

std::size_t Entrance::place_of(const Listener& listener) const {
  return static_cast<std::size_t>(&listener - config_.listeners.data());
}

void Entrance::replace(std::vector<Listener> listeners, TlsContexts contexts) {
  settings_.with([&](Held& now) {
    contexts.insert(now->tls.begin(), now->tls.end());
    now = std::make_shared<const Settings>(Settings{std::move(listeners), std::move(contexts)});
  });
}

std::shared_ptr<const Listener> Entrance::settings_of(const Listener& listener) const {
  const Held all = held();
  return {all, &all->listeners[place_of(listener)]};
}

Entrance::Door::Door(const Entrance& entrance, const Listener& listener)
    : entrance_(entrance), listener_(listener) {
  const Held all = entrance.held();
  const std::size_t place = entrance.place_of(listener);
  settings_ = {all, &all->listeners[place]};
  if (const auto found = all->tls.find(place); found != all->tls.end()) tls_ = found->second;
}

/// The listener's networks are about clients: of a proxy they ask nothing.
std::optional<Doors::Refusal> Entrance::Door::refusal(const net::Address& peer) const {
  if (!listener_.proxy_protocol) return entrance_.judge(*settings_, peer);
  if (is_trusted_proxy(entrance_.admission_, *settings_, peer)) return std::nullopt;
  return Doors::Refusal{CloseReason::network_refused, "it is no trusted proxy: see listener.trusted_proxies"};
}

std::optional<Doors::Refusal> Entrance::refusal_of_proxied(const Listener& listener,
                                                           const net::Address& client) const {
  return judge(*settings_of(listener), client);
}

std::optional<Doors::Refusal> Entrance::judge(const Listener& settings, const net::Address& client) const {
  if (admission_.is_in(settings.deny_from, client))
    return Doors::Refusal{CloseReason::network_refused, "see listener.deny_from"};
  if (!settings.allow_from.empty() && !admission_.is_in(settings.allow_from, client))
    return Doors::Refusal{CloseReason::network_refused, "see listener.allow_from"};
  return std::nullopt;
}

bool Entrance::admits_anonymous(const Listener& listener, const net::Address& peer, bool is_proxied) const {
  const AllowAnonymous allowed = settings_of(listener)->allow_anonymous;
  if (allowed == AllowAnonymous::private_only && is_proxied) return false;
  return admission_.admits_anonymous(allowed, peer);
}

std::unique_ptr<net::LayerStack> Entrance::Door::layers(const net::Address& peer) const {
  auto layers = std::make_unique<net::LayerStack>();
  if (listener_.proxy_protocol) layers->add(net::make_proxy_layer());
  if (listener_.tls.is_on()) layers->add(net::make_tls_layer(tls_));
  if (listener_.protocol == Protocol::websocket) {
    const auto is_trusted = [&admission = entrance_.admission_,
                             settings = settings_](const net::Address& address) {
      return is_trusted_proxy(admission, *settings, address);
    };
    // Behind a PROXY header the peer is the client, whose word on others counts for nothing.
    layers->add(net::make_websocket_layer(listener_.proxy_protocol
                                              ? net::UpgradeRules{.origins = listener_.origins}
                                              : net::UpgradeRules{listener_.origins, is_trusted, peer}));
  }
  if (layers->is_empty()) return nullptr;
  return layers;
}

}  // namespace app
