// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/base/guarded.h"
#include "broker/base/time.h"
#include "mesh/mesh_topic.h"

namespace mesh {

/// What a client id says of a gateway (reference sections 1.1 and 1.6).
struct GatewayIdentity {
  std::uint32_t number = 0;  // of its node; 0: a phone that does not tell
  bool is_proxy = false;     // a phone speaks MQTT for it: a full client, not the device's small one
};

/// `!hhhhhhhh`, or `MeshtasticAndroidMqttProxy-!hhhhhhhh-…`, or `MeshtasticAppleMqttProxy-…`. None: a client
/// like others.
std::optional<GatewayIdentity> gateway_of(std::string_view client_id);

/// The node number that `!hhhhhhhh` names.
std::optional<std::uint32_t> number_of(std::string_view node_id);

/// Where a gateway listens: ROOT/2/e/CHANNEL.
struct Place {
  std::string root;
  std::string channel;
  friend auto operator<=>(const Place&, const Place&) = default;
};

/// A connected gateway.
struct Gateway {
  std::string client_id;
  GatewayIdentity identity;
  base::TimePoint since;
  std::vector<std::string> filters;  // that may meet a mesh root; the first of them

  bool listens_on(std::string_view topic) const;
};

/// Which gateways are connected, and what they subscribe to. Any thread; every call is one short lock.
class Gateways {
 public:
  /// Of one gateway. A device has nine at most.
  static constexpr std::size_t most_filters = 64;

  explicit Gateways(const Roots& roots) : roots_(roots) {}

  void connected(std::string_view client_id, const GatewayIdentity& identity, base::TimePoint now);
  void disconnected(std::string_view client_id);
  void subscribed(std::string_view client_id, std::string_view filter);
  void unsubscribed(std::string_view client_id, std::string_view filter);

  std::vector<Gateway> connected() const;
  /// Those with a filter that meets it.
  std::vector<Gateway> listening_on(std::string_view topic) const;
  /// Every spelled-out ROOT/2/e/CHANNEL of anybody's filters, once.
  std::vector<Place> places() const;

 private:
  using Table = std::unordered_map<std::string, Gateway>;

  const Roots& roots_;
  base::Guarded<Table> table_;
};

}  // namespace mesh
