// SPDX-License-Identifier: Apache-2.0
#include "mesh/node_keys.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

namespace mesh {
namespace {

constexpr base::Counters<KeyMetric, base::Writers::several>::Names metric_names = {
    "mesh_keys_pinned",        "mesh_keys_changed",          "mesh_keys_replaced",
    "mesh_keys_unusable",      "mesh_direct_opened",         "mesh_direct_key_unknown",
    "mesh_direct_wrong_key",   "mesh_direct_undecodable",    "mesh_signatures_valid",
    "mesh_signatures_invalid", "mesh_signatures_unverified", "mesh_signatures_key_unknown",
};

/// Whoever has a channel's key can announce keys for any number: the log is not to be filled with them.
constexpr std::uint32_t lines_per_period = 10;
constexpr base::Duration report_period = std::chrono::minutes{1};

constexpr std::string_view kept_prefix = "mesh/key/";

std::string kept_name(std::uint32_t number) {
  return std::string(kept_prefix).append(node_id(number).substr(1));
}

std::optional<std::uint32_t> number_in(std::string_view digits) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  if (digits.size() != 8 || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::optional<KeyMetric> metric_of(Pinning pinning) {
  switch (pinning) {
    case Pinning::pinned:
      return KeyMetric::pinned;
    case Pinning::refused:
      return KeyMetric::changed;
    case Pinning::replaced:
      return KeyMetric::replaced;
    case Pinning::unusable:
      return KeyMetric::unusable;
    case Pinning::confirmed:
    case Pinning::repeated:
    case Pinning::none:
      break;
  }
  return std::nullopt;
}

std::optional<KeyMetric> metric_of(DirectOutcome outcome) {
  switch (outcome) {
    case DirectOutcome::opened:
      return KeyMetric::direct_opened;
    case DirectOutcome::key_unknown:
      return KeyMetric::direct_key_unknown;
    case DirectOutcome::wrong_key:
      return KeyMetric::direct_wrong_key;
    case DirectOutcome::undecodable:
      return KeyMetric::direct_undecodable;
    case DirectOutcome::none:
    case DirectOutcome::foreign:
      break;
  }
  return std::nullopt;
}

}  // namespace

NodeKeys::NodeKeys(std::size_t capacity, const base::Log& log)
    : pins_(capacity), log_(log), counters_(metric_names) {}

void NodeKeys::heard(const Reception& reception, const plugin::Host& host, base::TimePoint now) {
  if (const auto metric = metric_of(reception.direct)) counters_.add(*metric);
  const auto* const user = std::get_if<const proto::User*>(&reception.payload);
  if (user == nullptr || (*user)->public_key().empty()) return;
  const std::uint32_t from = reception.envelope.packet->from();
  const Pinning pinning = pins_.learn(from, base::as_bytes((*user)->public_key()), host.wall_time());
  if (const auto metric = metric_of(pinning)) counters_.add(*metric);
  if (pinning == Pinning::refused) report("node_key_changed", from, now);
  if (pinning == Pinning::replaced) report("node_key_replaced", from, now);
}

void NodeKeys::report(std::string_view event, std::uint32_t number, base::TimePoint now) {
  const bool may_be_said = ration_.with([now](Ration& ration) {
    if (now >= ration.period_end) ration = {now + report_period, 0};
    return ++ration.lines <= lines_per_period;
  });
  if (may_be_said) log_.warn(event, {{"node", node_id(number)}});
}

SignatureVerdict NodeKeys::judge(const PacketIdentity& identity, const proto::MeshPacket& packet,
                                 const proto::Data& data) {
  if (data.xeddsa_signature().empty()) return SignatureVerdict::none;
  if (data.xeddsa_signature().size() != signature_bytes) {
    counters_.add(KeyMetric::signature_invalid);
    return SignatureVerdict::invalid;
  }
  const std::optional<PublicKey> key = pins_.key_of(packet.from());
  if (!key) {
    counters_.add(KeyMetric::signature_key_unknown);
    return SignatureVerdict::key_unknown;
  }
  SignatureCheck check{identity, *key, {}, {}};
  check.message = signed_bytes({packet.from(), packet.id(), static_cast<std::uint32_t>(data.portnum()),
                                base::as_bytes(data.payload())});
  std::ranges::copy(base::as_bytes(data.xeddsa_signature()), check.signature.begin());
  if (!checker_.submit(std::move(check))) counters_.add(KeyMetric::signature_unverified);
  return SignatureVerdict::unverified;
}

std::vector<Judged> NodeKeys::take_judged() {
  std::vector<Judged> judged;
  for (const SignatureResult& result : checker_.take_results()) {
    counters_.add(result.is_valid ? KeyMetric::signature_valid : KeyMetric::signature_invalid);
    judged.push_back({result.packet, result.is_valid ? SignatureVerdict::valid : SignatureVerdict::invalid});
  }
  return judged;
}

void NodeKeys::restore(std::string_view name, base::Bytes value) {
  if (!name.starts_with(kept_prefix)) return;
  if (const auto number = number_in(name.substr(kept_prefix.size()))) pins_.restore(*number, value);
}

void NodeKeys::on_tick(plugin::Host& host) {
  for (const KeyPins::Change& change : pins_.take_changes())
    host.keep(kept_name(change.number), change.value);
}

}  // namespace mesh
