// SPDX-License-Identifier: Apache-2.0
#include "mesh/gateways.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "broker/mqtt/topic.h"

namespace mesh {
namespace {

constexpr std::size_t node_id_size = 9;
constexpr std::array<std::string_view, 2> proxy_prefixes = {"MeshtasticAndroidMqttProxy-",
                                                            "MeshtasticAppleMqttProxy-"};

std::optional<GatewayIdentity> proxy_of(std::string_view client_id) {
  for (const std::string_view prefix : proxy_prefixes) {
    if (!client_id.starts_with(prefix)) continue;
    const std::string_view node = client_id.substr(prefix.size(), node_id_size);
    return GatewayIdentity{number_of(node).value_or(0), true};
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> number_of(std::string_view node_id) {
  if (node_id.size() != node_id_size || node_id.front() != '!') return std::nullopt;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(node_id.data() + 1, node_id.data() + node_id.size(), number, 16);
  if (error != std::errc{} || end != node_id.data() + node_id.size()) return std::nullopt;
  return number;
}

std::optional<GatewayIdentity> gateway_of(std::string_view client_id) {
  if (const auto number = number_of(client_id)) return GatewayIdentity{*number, false};
  return proxy_of(client_id);
}

bool Gateway::listens_on(std::string_view topic) const {
  return std::ranges::any_of(filters,
                             [topic](const std::string& filter) { return mqtt::matches(filter, topic); });
}

void Gateways::connected(std::string_view client_id, const GatewayIdentity& identity, base::TimePoint now) {
  table_.with([&](Table& table) {
    table.insert_or_assign(std::string(client_id), Gateway{std::string(client_id), identity, now, {}});
  });
}

void Gateways::disconnected(std::string_view client_id) {
  table_.with([&](Table& table) { table.erase(std::string(client_id)); });
}

void Gateways::subscribed(std::string_view client_id, std::string_view filter) {
  if (!roots_.may_meet(filter)) return;
  table_.with([&](Table& table) {
    const auto found = table.find(std::string(client_id));
    if (found == table.end()) return;
    std::vector<std::string>& filters = found->second.filters;
    if (filters.size() < most_filters && std::ranges::find(filters, filter) == filters.end())
      filters.emplace_back(filter);
  });
}

void Gateways::unsubscribed(std::string_view client_id, std::string_view filter) {
  table_.with([&](Table& table) {
    const auto found = table.find(std::string(client_id));
    if (found != table.end()) std::erase(found->second.filters, filter);
  });
}

std::vector<Gateway> Gateways::connected() const {
  return table_.with([](const Table& table) {
    std::vector<Gateway> all;
    for (const auto& [id, gateway] : table) all.push_back(gateway);
    return all;
  });
}

std::vector<Gateway> Gateways::listening_on(std::string_view topic) const {
  return table_.with([topic](const Table& table) {
    std::vector<Gateway> listening;
    for (const auto& [id, gateway] : table) {
      if (gateway.listens_on(topic)) listening.push_back(gateway);
    }
    return listening;
  });
}

std::vector<Place> Gateways::places() const {
  std::set<Place> places;
  table_.with([&](const Table& table) {
    for (const auto& [id, gateway] : table) {
      for (const std::string& filter : gateway.filters) {
        const auto topic = roots_.parse(filter);
        if (!topic || topic->kind != TopicKind::envelope) continue;
        if (mqtt::has_wildcard(topic->root) || mqtt::has_wildcard(topic->channel)) continue;
        places.insert({std::string(topic->root), std::string(topic->channel)});
      }
    }
  });
  return {places.begin(), places.end()};
}

}  // namespace mesh
