// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <utility>

#include "mesh/big_endian.h"
#include "mesh/node_record.h"

namespace mesh {
namespace {

constexpr std::uint8_t first_byte = 0;  // no name that an older broker kept begins with it
constexpr std::uint8_t version = 1;

/// Longer texts are nothing that this broker has kept.
constexpr std::size_t max_text = 255;
constexpr std::size_t max_parts = 64;  // a later version may know more kinds

void put_text(std::string_view text, base::Buffer& out) { out.prefixed(clipped(text, max_text)); }

std::string take_text(base::Reader& in) {
  const base::Bytes text = in.prefixed();
  return std::string(base::as_text(text.size() > max_text ? base::Bytes{} : text));
}

void put_direct(const std::optional<DirectReception>& direct, base::Buffer& out) {
  out.u8(direct ? 1 : 0);
  if (!direct) return;
  put(out, direct->gateway);
  put(out, static_cast<std::uint32_t>(direct->rssi));
  put(out, std::bit_cast<std::uint32_t>(direct->snr));
  put(out, direct->received);
}

std::optional<DirectReception> take_direct(base::Reader& in) {
  if (in.u8() == 0) return std::nullopt;
  DirectReception direct;
  direct.gateway = take<std::uint32_t>(in);
  direct.rssi = static_cast<std::int32_t>(take<std::uint32_t>(in));
  direct.snr = std::bit_cast<float>(take<std::uint32_t>(in));
  direct.received = take<std::uint32_t>(in);
  return direct;
}

void put_gateway(const std::optional<GatewayRecord>& gateway, base::Buffer& out) {
  out.u8(gateway ? 1 : 0);
  if (!gateway) return;
  put(out, gateway->envelopes);
  put(out, gateway->duplicates);
  put(out, gateway->last_uplink);
  put(out, gateway->last_downlink);
  out.u8(gateway->skew_count);
  const bool is_full = gateway->skew_count == GatewayRecord::remembered_skews;
  const std::size_t oldest = is_full ? gateway->next_skew : 0;
  for (std::size_t i = 0; i < gateway->skew_count; ++i)
    put(out, static_cast<std::uint32_t>(gateway->skews[(oldest + i) % GatewayRecord::remembered_skews]));
}

std::optional<GatewayRecord> take_gateway(base::Reader& in) {
  if (in.u8() == 0) return std::nullopt;
  GatewayRecord gateway;
  gateway.envelopes = take<std::uint32_t>(in);
  gateway.duplicates = take<std::uint32_t>(in);
  gateway.last_uplink = take<std::uint32_t>(in);
  gateway.last_downlink = take<std::uint32_t>(in);
  for (std::uint8_t left = in.u8(); left > 0 && in.ok(); --left)
    gateway.note_skew(static_cast<std::int32_t>(take<std::uint32_t>(in)));
  return gateway;
}

void put_parts(const NodeRecord& record, base::Buffer& out) {
  out.u8(static_cast<std::uint8_t>(record.parts.size()));
  for (const LatestPayload& each : record.parts) {
    out.u8(static_cast<std::uint8_t>(each.part));
    put(out, each.received);
    put(out, each.channel);
    put_text(each.wire, out);
  }
  out.u8(static_cast<std::uint8_t>(record.routes.size()));
  for (const HeardRoute& each : record.routes) {
    put(out, each.to);
    put(out, each.received);
    put(out, each.channel);
    put_text(each.wire, out);
  }
}

/// Kinds of a later version, and a second of one kind, are left out.
void take_parts(base::Reader& in, NodeRecord& record) {
  std::size_t left = in.u8();
  if (left > max_parts) static_cast<void>(in.take(in.remaining() + 1));
  for (; left > 0 && in.ok(); --left) {
    const std::uint8_t part = in.u8();
    LatestPayload payload{static_cast<NodePart>(part), take<std::uint32_t>(in), take<std::uint32_t>(in),
                          take_text(in)};
    if (part >= static_cast<std::uint8_t>(NodePart::end_) || record.find(payload.part) != nullptr) continue;
    record.parts.push_back(std::move(payload));
  }
  for (left = in.u8(); left > 0 && in.ok(); --left) {
    HeardRoute route{take<std::uint32_t>(in), take<std::uint32_t>(in), take<std::uint32_t>(in),
                     take_text(in)};
    if (record.routes.size() < NodeRecord::max_routes) record.routes.push_back(std::move(route));
  }
}

std::optional<NodeRecord> decode_name(std::uint32_t number, std::string_view name) {
  NodeRecord record;
  record.number = number;
  record.packets = 2;  // it was worth keeping
  record.name = clipped(name, max_name_bytes);
  return record;
}

}  // namespace

void encode(const NodeRecord& record, base::Buffer& out) {
  out.u8(first_byte);
  out.u8(version);
  for (const std::uint32_t number : {record.packets, record.first_heard, record.last_heard, record.heard_by,
                                     record.published.bits(), record.changed.bits()})
    put(out, number);
  out.u8(static_cast<std::uint8_t>(record.hops));
  put_text(record.root, out);
  put_text(record.channel, out);
  put_text(record.name, out);
  put_direct(record.direct, out);
  put_gateway(record.gateway, out);
  put_parts(record, out);
}

std::optional<NodeRecord> decode_node(std::uint32_t number, base::Bytes bytes) {
  if (bytes.empty()) return std::nullopt;
  if (bytes[0] != first_byte) return decode_name(number, base::as_text(bytes));
  base::Reader in(bytes.subspan(1));
  if (in.u8() != version) return std::nullopt;
  NodeRecord record;
  record.number = number;
  record.packets = take<std::uint32_t>(in);
  record.first_heard = take<std::uint32_t>(in);
  record.last_heard = take<std::uint32_t>(in);
  record.heard_by = take<std::uint32_t>(in);
  record.published = NodeTopics(take<std::uint32_t>(in));
  record.changed = NodeTopics(take<std::uint32_t>(in));
  record.hops = static_cast<std::int8_t>(in.u8());
  record.root = clipped(take_text(in), max_root_bytes);
  record.channel = clipped(take_text(in), max_channel_bytes);
  record.name = clipped(take_text(in), max_name_bytes);
  record.direct = take_direct(in);
  record.gateway = take_gateway(in);
  take_parts(in, record);
  if (!in.ok()) return std::nullopt;
  return record;
}

}  // namespace mesh
