// SPDX-License-Identifier: Apache-2.0
// 200 nodes, 12 gateways, 4 channels, 2 roots, an hour with outages and a restart.
#include "tests/mesh/hour.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include <catch2/catch.hpp>
#include <simdjson.h>

namespace meshtest {
namespace {

/// The number behind `"NAME":` in a JSON of the mirror.
std::uint32_t number_in(const std::string& json, const std::string& name) {
  const std::size_t at = json.find("\"" + name + "\":");
  std::uint32_t number = 0;
  if (at != std::string::npos)
    std::from_chars(json.data() + at + name.size() + 3, json.data() + json.size(), number);
  return number;
}

std::optional<PacketKey> key_of_json(const Heard& heard) {
  const std::size_t kind = heard.topic.find("/2/json/");
  if (kind == std::string::npos) return std::nullopt;
  const std::size_t channel = kind + 8;
  const std::size_t gateway = heard.topic.rfind('/');
  return PacketKey{heard.topic.substr(0, kind), heard.topic.substr(channel, gateway - channel),
                   number_in(heard.payload, "from"), number_in(heard.payload, "id")};
}

std::map<PacketKey, std::size_t> json_counts(const Hour& hour) {
  std::map<PacketKey, std::size_t> counts;
  for (const Heard& each : hour.heard()) {
    if (const auto key = key_of_json(each)) ++counts[*key];
  }
  return counts;
}

/// Played once for all cases.
const Hour& hour_of(std::size_t workers) {
  static std::map<std::size_t, std::unique_ptr<Hour>> hours;
  auto& hour = hours[workers];
  if (!hour) {
    hour = std::make_unique<Hour>(whole_hour(workers));
    hour->play();
  }
  return *hour;
}

TEST_CASE("an hour of a mesh is as rich as it should be") {
  const Hour& hour = hour_of(1);
  std::size_t copies = 0;
  std::size_t several = 0;
  for (const auto& [key, published] : hour.published()) {
    copies += published.copies.size();
    if (published.copies.size() > 1) ++several;
  }
  CHECK(hour.published().size() > 2000);
  CHECK(several > 1000);
  CHECK(copies > 3 * several);
}

TEST_CASE("per packet there is exactly one JSON, also over a restart") {
  for (const std::size_t workers : {1U, 2U}) {
    const Hour& hour = hour_of(workers);
    auto counts = json_counts(hour);
    std::size_t wrong = 0;
    for (const auto& [key, published] : hour.published()) {
      if (counts[key] == hour.expected_json(key)) continue;
      ++wrong;
      UNSCOPED_INFO(key.root << " " << key.channel << " from " << key.from << " id " << key.id << ": "
                             << counts[key] << " instead of " << hour.expected_json(key) << " of "
                             << published.copies.size() << " copies");
    }
    CHECK(wrong == 0);
    CHECK(counts.size() == hour.published().size());
  }
}

/// What was told of a packet: how often, not counting updates, and who heard it.
struct Told {
  std::size_t packets = 0;
  std::multiset<std::string> gateways;
};

std::map<PacketKey, Told> told_packets(const Hour& hour) {
  std::map<PacketKey, Told> all;
  simdjson::dom::parser parser;
  for (const Heard& each : hour.heard()) {
    if (!each.topic.starts_with("mesh/packet/")) continue;
    const simdjson::dom::object packet = parser.parse(simdjson::padded_string(each.payload));
    if (std::uint64_t(packet["id"]) == 0) continue;
    Told& told =
        all[{std::string(std::string_view(packet["root"])), std::string(std::string_view(packet["channel"])),
             static_cast<std::uint32_t>(std::uint64_t(packet["from"])),
             static_cast<std::uint32_t>(std::uint64_t(packet["id"]))}];
    if (packet["update"].error() != simdjson::SUCCESS) ++told.packets;
    for (const simdjson::dom::element reception : simdjson::dom::array(packet["receptions"]))
      told.gateways.emplace(std::string_view(reception["gateway"]));
  }
  return all;
}

std::multiset<std::string> gateways_of(const Hour& hour, const Published& published) {
  std::multiset<std::string> gateways;
  for (const Published::Copy& copy : published.copies) gateways.insert(hour.id_of_gateway(copy.gateway));
  return gateways;
}

TEST_CASE("per packet there is exactly one canonical packet, and all that heard it are listed once") {
  for (const std::size_t workers : {1U, 2U}) {
    const Hour& hour = hour_of(workers);
    const auto told = told_packets(hour);
    CHECK(told.size() == hour.published().size());
    std::size_t wrong = 0;
    for (const auto& [key, published] : hour.published()) {
      const auto found = told.find(key);
      if (found != told.end() && found->second.packets == hour.expected_packets(key) &&
          found->second.gateways == gateways_of(hour, published))
        continue;
      ++wrong;
      UNSCOPED_INFO(key.root << " " << key.channel << " from " << key.from << " id " << key.id);
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("who has named one gateway gets the JSON of every packet that it heard, once") {
  for (const std::size_t workers : {1U, 2U}) {
    const Hour& hour = hour_of(workers);
    std::map<PacketKey, std::size_t> expected;
    for (const auto& [key, published] : hour.published()) {
      const bool has_heard =
          std::ranges::any_of(published.copies, [](const auto& copy) { return copy.gateway == 0; });
      if (has_heard && hour.expected_json(key) > 0) expected[key] = 1;
    }
    std::map<PacketKey, std::size_t> counts;
    for (const Heard& each : hour.heard_of_first_gateway()) {
      if (const auto key = key_of_json(each)) ++counts[*key];
    }
    CHECK(expected.size() > 100);
    CHECK(counts == expected);
  }
}

TEST_CASE("every gateway gets all its own echoes") {
  for (const std::size_t workers : {1U, 2U}) {
    for (const Hour::Received& received : hour_of(workers).received()) {
      CHECK_FALSE(received.sent.empty());
      CHECK(received.own == received.sent);
    }
  }
}

std::size_t repeated(const Hour& hour) {
  std::size_t count = 0;
  for (const Hour::Received& received : hour.received()) {
    for (const auto& [key, times] : received.foreign) count += times > 1 ? 1 : 0;
  }
  return count;
}

TEST_CASE("every gateway gets each packet of others at most once") {
  for (const std::size_t workers : {1U, 2U}) CHECK(repeated(hour_of(workers)) == 0);
}

}  // namespace
}  // namespace meshtest
