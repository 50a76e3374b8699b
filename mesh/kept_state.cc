// SPDX-License-Identifier: Apache-2.0
#include "mesh/kept_state.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "broker/base/buffer.h"

namespace mesh {
namespace {

constexpr std::string_view node_prefix = "mesh/node/";
constexpr std::string_view duplicates_prefix = "mesh/duplicates/";

/// With leading zeros, so that names are ordered as their numbers are.
std::string name_of(std::string_view prefix, std::uint64_t number, std::size_t digits) {
  std::array<char, 16> hex{};
  const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), number, 16).ptr;
  const auto length = static_cast<std::size_t>(end - hex.data());
  std::string name(prefix);
  name.append(digits - std::min(digits, length), '0');
  return name.append(hex.data(), length);
}

std::optional<std::uint64_t> hex_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class Number>
void put(base::Buffer& out, Number number) {
  for (std::size_t shift = sizeof(Number) * 8; shift > 0; shift -= 8)
    out.u8(static_cast<std::uint8_t>(number >> (shift - 8)));
}

template <class Number>
Number take(base::Reader& in) {
  Number number = 0;
  for (const std::uint8_t byte : in.take(sizeof(Number))) number = static_cast<Number>(number << 8 | byte);
  return number;
}

std::uint64_t milliseconds(base::TimePoint time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

std::string name_of_second(base::TimePoint second) {
  return name_of(duplicates_prefix, milliseconds(second), 16);
}

}  // namespace

void KeptState::restore(std::string_view name, base::Bytes value, base::TimePoint now) {
  if (name.starts_with(node_prefix)) {
    const auto number = hex_number(name.substr(node_prefix.size()));
    if (number && *number <= 0xffffffff)
      nodes_.restore(static_cast<std::uint32_t>(*number), base::as_text(value));
  } else if (name.starts_with(duplicates_prefix)) {
    restore_claims(name.substr(duplicates_prefix.size()), value, now);
  }
}

void KeptState::restore_claims(std::string_view second, base::Bytes value, base::TimePoint now) {
  const auto number = hex_number(second);
  if (!number) return;
  const base::TimePoint kept_at{base::Duration{static_cast<std::int64_t>(*number)}};
  seconds_.push_back(kept_at);
  base::Reader in(value);
  while (in.remaining() > 0) {
    const PacketIdentity identity{take<std::uint64_t>(in), take<std::uint32_t>(in), take<std::uint32_t>(in)};
    const bool is_complete = in.u8() != 0;
    if (in.ok()) static_cast<void>(duplicates_.claim(identity, is_complete, std::min(kept_at, now)));
  }
  static_cast<void>(duplicates_.take_fresh());  // they are kept already
}

void KeptState::on_tick(plugin::Host& host, base::TimePoint now) {
  for (const NodeTable::Change& change : nodes_.take_changes())
    host.keep(name_of(node_prefix, change.number, 8), base::as_bytes(change.name));
  keep_claims(host, now);
  forget_old(host, now);
}

void KeptState::keep_claims(plugin::Host& host, base::TimePoint now) {
  const std::vector<Duplicates::Fresh> fresh = duplicates_.take_fresh();
  if (fresh.empty()) return;
  base::Buffer value;
  for (const Duplicates::Fresh& each : fresh) {
    put(value, each.identity.place);
    put(value, each.identity.from);
    put(value, each.identity.id);
    value.u8(each.is_complete ? 1 : 0);
  }
  host.keep(name_of_second(now), value.bytes());
  seconds_.push_back(now);
}

/// Also those of another boot of the machine, whose clock was ahead of ours.
void KeptState::forget_old(plugin::Host& host, base::TimePoint now) {
  const auto is_over = [this, now](base::TimePoint second) { return now - second >= window_; };
  while (!seconds_.empty() && (is_over(seconds_.front()) || seconds_.front() > now)) {
    host.keep(name_of_second(seconds_.front()), {});
    seconds_.pop_front();
  }
}

}  // namespace mesh
