// SPDX-License-Identifier: Apache-2.0
#include "broker/app/trace.h"

#include "broker/mqtt/types.h"

namespace app {
namespace {

constexpr std::uint8_t publish = 3;

/// Past the fixed header.
base::Bytes body_of(base::Bytes packet) {
  std::size_t at = 1;
  while (at < packet.size() && (packet[at] & 0x80U) != 0) ++at;
  return packet.subspan(std::min(at + 1, packet.size()));
}

}  // namespace

void log_traced(const base::Log& log, const TracedPacket& packet) {
  const unsigned first = packet.head.empty() ? 0U : packet.head[0];
  const unsigned type = first >> 4U;
  base::Reader body(body_of(packet.head));
  const std::string_view topic = type == publish ? base::as_text(body.prefixed()) : std::string_view();
  const bool has_id = type == publish ? (first & 6U) != 0 : type >= 4 && type <= 11;
  const std::uint16_t id = has_id ? body.u16() : std::uint16_t{0};
  log.info("traced", {{"client", packet.client_id},
                      {"direction", packet.direction},
                      {"packet", mqtt::packet_type_names[type]},
                      {"bytes", std::uint64_t{packet.bytes}},
                      {"qos", std::uint64_t{type == publish ? (first >> 1U) & 3U : 0U}},
                      {"retain", type == publish && (first & 1U) != 0 ? "yes" : "no"},
                      {"id", std::uint64_t{id}},
                      {"topic", topic}});
}

}  // namespace app
