// SPDX-License-Identifier: Apache-2.0
// What nodes say, by kind of message. Pure: chance and time are arguments.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <proto/mesh.pb.h>

#include "mesh/world/random.h"

namespace mesh::world {

/// A node as far as its messages tell of it.
struct Speaker {
  std::uint32_t number = 0;
  std::string long_name = {};
  std::string short_name = {};
  std::uint32_t hw_model = 0;
  std::uint32_t role = 0;
  std::string public_key = {};
  std::int32_t latitude_i = 0;
  std::int32_t longitude_i = 0;
  std::vector<std::pair<std::uint32_t, float>> neighbors = {};  // and how well it hears them
  bool is_ok_to_mqtt = true;
};

struct Moment {
  Random& random;
  std::uint32_t time = 0;  // s since 1970
  std::uint32_t uptime_s = 0;
};

enum class Target : std::uint8_t { everyone, somebody, somebody_by_pki };

/// A kind of message: who says it (a share of the nodes), how often, to whom, and what.
struct Kind {
  std::string_view name;
  double share;
  double interval_s;
  Target target;
  bool wants_ack;
  proto::Data (*make)(const Speaker& speaker, Moment& moment);
};
std::span<const Kind> kinds();

/// The answers of whom it was addressed to.
proto::Data make_ack(const Speaker& speaker, std::uint32_t request_id);
proto::Data make_route_reply(const Speaker& speaker, const proto::Data& request, std::uint32_t request_id);
proto::MapReport make_map_report_of(const Speaker& speaker, std::uint32_t online);

}  // namespace mesh::world
