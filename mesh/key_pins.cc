// SPDX-License-Identifier: Apache-2.0
#include "mesh/key_pins.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "broker/base/buffer.h"

namespace mesh {
namespace {

constexpr std::uint8_t encoding_version = 1;
constexpr std::uint8_t confirmed_flag = 1;
constexpr std::uint8_t other_flag = 2;
/// When the pinned key was last announced is kept no finer than this.
constexpr std::int64_t kept_every_s = 6 * 3600;

std::int64_t seconds(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

void put_u64(base::Buffer& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out.u8(static_cast<std::uint8_t>(number >> shift & 0xff));
}

std::uint64_t take_u64(base::Reader& in) {
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | in.u8();
  return number;
}

}  // namespace

Pinning KeyPins::learn(std::uint32_t number, base::Bytes announced, base::WallTime now) {
  if (announced.empty() || capacity_ == 0) return Pinning::none;
  const std::optional<PublicKey> key = read_public_key(announced);
  if (!key) return Pinning::unusable;
  return pins_.with([this, number, &key, now](Pins& pins) {
    const auto found = pins.by_number.find(number);
    if (found != pins.by_number.end()) return meet(pins, found->second, *key, seconds(now));
    insert(pins, {.number = number, .key = *key, .announced_s = seconds(now)});
    pins.changed.insert(number);
    return Pinning::pinned;
  });
}

Pinning KeyPins::meet(Pins& pins, Nodes::iterator node, const PublicKey& announced, std::int64_t now_s) {
  constexpr std::int64_t hold_s = std::chrono::seconds(pin_hold).count();
  if (node->key == announced) {
    confirm(pins, node, now_s);
    return Pinning::confirmed;
  }
  if (now_s - node->announced_s >= hold_s) {
    node->key = announced;
    node->announced_s = now_s;
    node->other.reset();
    pins.changed.insert(node->number);
    return Pinning::replaced;
  }
  if (node->other == announced) return Pinning::repeated;
  node->other = announced;
  pins.changed.insert(node->number);
  return Pinning::refused;
}

void KeyPins::confirm(Pins& pins, Nodes::iterator node, std::int64_t now_s) {
  Nodes& from = node->is_confirmed ? pins.confirmed : pins.once;
  pins.confirmed.splice(pins.confirmed.begin(), from, node);
  const bool is_worth_keeping = !node->is_confirmed || now_s - node->announced_s >= kept_every_s;
  node->is_confirmed = true;
  if (!is_worth_keeping) return;
  node->announced_s = now_s;
  pins.changed.insert(node->number);
}

void KeyPins::insert(Pins& pins, Node node) const {
  if (capacity_ == 0) return;
  if (pins.by_number.size() == capacity_) forget_one(pins);
  Nodes& nodes = node.is_confirmed ? pins.confirmed : pins.once;
  nodes.push_front(node);
  pins.by_number.emplace(node.number, nodes.begin());
}

void KeyPins::forget_one(Pins& pins) {
  Nodes& nodes = pins.once.empty() ? pins.confirmed : pins.once;
  const Node& last = nodes.back();
  pins.changed.erase(last.number);
  if (last.is_kept) pins.forgotten.push_back(last.number);
  pins.by_number.erase(last.number);
  nodes.pop_back();
}

std::optional<Pin> KeyPins::pin_of(std::uint32_t number) const {
  const auto found = pins_.with([number](const Pins& pins) -> std::optional<Node> {
    const auto at = pins.by_number.find(number);
    if (at == pins.by_number.end()) return std::nullopt;
    return *at->second;
  });
  if (!found) return std::nullopt;
  return Pin{found->key, node_number_of(found->key) == number, found->other.has_value()};
}

std::optional<PublicKey> KeyPins::key_of(std::uint32_t number) const {
  return pins_.with([number](const Pins& pins) -> std::optional<PublicKey> {
    const auto at = pins.by_number.find(number);
    if (at == pins.by_number.end()) return std::nullopt;
    return at->second->key;
  });
}

bool KeyPins::has_changed(std::uint32_t number) const {
  return pins_.with([number](const Pins& pins) {
    const auto at = pins.by_number.find(number);
    return at != pins.by_number.end() && at->second->other.has_value();
  });
}

std::size_t KeyPins::size() const {
  return pins_.with([](const Pins& pins) { return pins.by_number.size(); });
}

std::vector<std::uint8_t> KeyPins::encoded(const Node& node) {
  base::Buffer out;
  out.u8(encoding_version);
  out.u8(static_cast<std::uint8_t>((node.is_confirmed ? confirmed_flag : 0) | (node.other ? other_flag : 0)));
  put_u64(out, static_cast<std::uint64_t>(node.announced_s));
  out.put(node.key.bytes);
  if (node.other) out.put(node.other->bytes);
  return {out.bytes().begin(), out.bytes().end()};
}

std::optional<KeyPins::Node> KeyPins::decoded(std::uint32_t number, base::Bytes value) {
  base::Reader in(value);
  if (in.u8() != encoding_version) return std::nullopt;
  const std::uint8_t flags = in.u8();
  Node node{.number = number};
  node.announced_s = static_cast<std::int64_t>(take_u64(in));
  node.is_confirmed = (flags & confirmed_flag) != 0;
  node.is_kept = true;
  const std::optional<PublicKey> key = read_public_key(in.take(pki_key_bytes));
  if ((flags & other_flag) != 0) node.other = read_public_key(in.take(pki_key_bytes));
  if (!key || !in.ok() || in.remaining() > 0 || node.announced_s < 0) return std::nullopt;
  node.key = *key;
  return node;
}

std::vector<KeyPins::Change> KeyPins::take_changes() {
  return pins_.with([](Pins& pins) {
    std::vector<Change> changes;
    for (const std::uint32_t number : std::exchange(pins.forgotten, {})) changes.push_back({number, {}});
    for (const std::uint32_t number : std::exchange(pins.changed, {})) {
      Node& node = *pins.by_number.at(number);
      node.is_kept = true;
      changes.push_back({number, encoded(node)});
    }
    return changes;
  });
}

void KeyPins::restore(std::uint32_t number, base::Bytes value) {
  const std::optional<Node> node = decoded(number, value);
  if (!node) return;
  pins_.with([this, &node](Pins& pins) {
    if (!pins.by_number.contains(node->number)) insert(pins, *node);
  });
}

}  // namespace mesh
