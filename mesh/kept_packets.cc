// SPDX-License-Identifier: Apache-2.0
#include "mesh/kept_packets.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/buffer.h"
#include "mesh/big_endian.h"
#include "mesh/kept_name.h"

namespace mesh {
namespace {

constexpr std::string_view open_prefix = "mesh/open/";
constexpr std::uint32_t max_open = 1000000;  // far more than are ever kept

std::string open_name(std::uint32_t number) { return kept_name(open_prefix, number, 8); }

void put_identity(const PacketIdentity& identity, base::Buffer& out) {
  put(out, identity.place);
  put(out, identity.from);
  put(out, identity.id);
}

PacketIdentity take_identity(base::Reader& in) {
  const auto place = take<std::uint64_t>(in);
  const auto from = take<std::uint32_t>(in);
  return {place, from, take<std::uint32_t>(in)};
}

void put_heard(const HeardBy& heard, base::Buffer& out) {
  out.prefixed(heard.gateway);
  put(out, static_cast<std::uint64_t>(heard.received.time_since_epoch().count()));
  put(out, heard.rx_time);
  put(out, static_cast<std::uint32_t>(heard.rssi));
  put(out, std::bit_cast<std::uint32_t>(heard.snr));
  for (const std::uint8_t byte :
       {heard.hop_start, heard.hop_limit, heard.relay_node, heard.next_hop, heard.transport})
    out.u8(byte);
  out.u8(heard.via_mqtt ? 1 : 0);
}

HeardBy take_heard(base::Reader& in) {
  HeardBy heard;
  heard.gateway = base::as_text(in.prefixed());
  heard.received = base::WallTime{base::Duration{static_cast<std::int64_t>(take<std::uint64_t>(in))}};
  heard.rx_time = take<std::uint32_t>(in);
  heard.rssi = static_cast<std::int32_t>(take<std::uint32_t>(in));
  heard.snr = std::bit_cast<float>(take<std::uint32_t>(in));
  for (std::uint8_t* const byte :
       {&heard.hop_start, &heard.hop_limit, &heard.relay_node, &heard.next_hop, &heard.transport})
    *byte = in.u8();
  heard.via_mqtt = in.u8() != 0;
  return heard;
}

void put_packet(const OpenPacket& packet, base::Buffer& out) {
  put_identity(packet.identity, out);
  out.prefixed(packet.channel);
  out.prefixed(packet.head.json);
  out.u8(static_cast<std::uint8_t>(packet.head.readability));
  out.u8(static_cast<std::uint8_t>(packet.head.signature));
  out.u8(packet.head.has_bitfield ? 1 : 0);
  out.u8(packet.is_update ? 1 : 0);
  put(out, packet.dropped);
  for (const HeardBy& heard : packet.heard) put_heard(heard, out);
}

/// Kept by this program, perhaps by a newer one: numbers that mean nothing here spoil it.
std::optional<OpenPacket> take_packet(base::Reader& in) {
  OpenPacket packet;
  packet.identity = take_identity(in);
  packet.channel = base::as_text(in.prefixed());
  packet.head.json = base::as_text(in.prefixed());
  const std::uint8_t readability = in.u8();
  const std::uint8_t signature = in.u8();
  packet.head.readability = static_cast<Readability>(readability);
  packet.head.signature = static_cast<SignatureVerdict>(signature);
  packet.head.has_bitfield = in.u8() != 0;
  packet.is_update = in.u8() != 0;
  packet.dropped = take<std::uint32_t>(in);
  while (in.remaining() > 0) packet.heard.push_back(take_heard(in));
  const bool is_sound = in.ok() && readability <= static_cast<std::uint8_t>(Readability::readable) &&
                        signature < static_cast<std::uint8_t>(SignatureVerdict::end_);
  if (!is_sound) return std::nullopt;
  return packet;
}

}  // namespace

void KeptPackets::restore(std::string_view name, base::Bytes value, base::TimePoint now) {
  published_.restore(name, value, now);
  const auto number = kept_number(name, open_prefix);
  if (number && *number < max_open) restore_open(static_cast<std::uint32_t>(*number), value, now);
}

void KeptPackets::restore_open(std::uint32_t number, base::Bytes value, base::TimePoint now) {
  open_end_ = std::max(open_end_, number + 1);
  base::Reader in(value);
  if (std::optional<OpenPacket> packet = take_packet(in)) packets_.restore(*std::move(packet), now);
}

void KeptPackets::on_tick(plugin::Host& host, base::TimePoint now) {
  const std::uint32_t restored = std::exchange(open_end_, 0);  // they live on here
  for (std::uint32_t number = 0; number < restored; ++number) host.keep(open_name(number), {});
  published_.on_tick(host, now);
}

void KeptPackets::on_stop(plugin::Host& host) {
  std::uint32_t number = 0;
  for (const OpenPacket& packet : packets_.take_all()) {
    base::Buffer value;
    put_packet(packet, value);
    host.keep(open_name(number++), value.bytes());
  }
}

}  // namespace mesh
