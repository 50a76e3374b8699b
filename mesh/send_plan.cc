// SPDX-License-Identifier: Apache-2.0
#include "mesh/send_plan.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "mesh/channel_choice.h"
#include "mesh/envelope.h"
#include "mesh/own_envelope.h"

namespace mesh {
namespace {

using Reason = std::optional<std::string>;

Reason refusal_of_nodes(const SendRequest& request, const OwnNode& node) {
  if (node.number() == 0)
    return "the broker has no node number of its own: set broker.data_dir, or mesh.node_id";
  if (request.to == node.number()) return "to is the broker's own node";
  if (request.from == node.number()) return "from is the broker's own node, which is no gateway";
  return {};
}

/// Where the request leads: a channel, or the topic of sealed packets.
Reason choose_sealed(const SendRequest& request, std::string_view root, const PlanSources& sources,
                     SendPlan& plan) {
  plan.topic = envelope_topic(root, pki_channel_id, sources.node.id());
  plan.listeners = sources.listeners.on(plan.topic);
  std::erase_if(plan.listeners,
                [&](const Listener& each) { return request.from && each.number != *request.from; });
  if (!plan.listeners.empty()) return {};
  return (request.from ? node_id(*request.from) + " is no gateway that" : std::string("no gateway")) +
         " listens for direct messages under " + std::string(root) +
         ": it must be connected, with downlink on";
}

Reason choose_open(const SendRequest& request, std::string_view root, const PlanSources& sources,
                   SendPlan& plan) {
  auto chosen = choose_channel({request.channel, request.from.value_or(0), root, sources.node.id()},
                               sources.keyring, sources.listeners);
  if (!chosen) return chosen.error();
  plan.channel = chosen->channel;
  plan.topic = std::move(chosen->topic);
  plan.listeners = std::move(chosen->listeners);
  return {};
}

/// Text to one node is sealed when its key is known: newer firmware refuses others (reference section 3.5).
std::optional<SharedKey> shared_key_of(const SendRequest& request, const PlanSources& sources) {
  if (request.to == broadcast_number || !sources.node.keys()) return std::nullopt;
  if (!std::holds_alternative<RequestedText>(request.content)) return std::nullopt;
  const std::optional<PublicKey> key = sources.key_of(request.to);
  if (!key) return std::nullopt;
  return agree(sources.node.keys()->private_key, *key);
}

/// Firmware that takes the request itself would send it a second time.
Reason separate_self_served(const SendRequest& request, SendPlan& plan) {
  // Not of std::ranges: what that returns is more than clang 14 can compile.
  const auto rest = std::partition(plan.listeners.begin(), plan.listeners.end(),
                                   [](const Listener& each) { return !each.serves_itself; });
  plan.self_served.assign(rest, plan.listeners.end());
  plan.listeners.erase(rest, plan.listeners.end());
  if (plan.self_served.empty()) return {};
  const std::string who = node_id(plan.self_served.front().number) + " takes JSON requests itself, ";
  if (request.from && !request.from_is_number) return who + "and there from must be its number";
  if (plan.listeners.empty() && !request.from) return who + "and there it must be named in from";
  return {};
}

Reason make_texts(const std::string& text, const PlanSources& sources, SendPlan& plan) {
  const proto::Data empty = make_data(proto::TEXT_MESSAGE_APP, {});
  const std::size_t room = room_for_payload(empty, plan.shared ? max_pki_data_bytes : max_data_bytes);
  const bool may_split = sources.config.long_text == LongText::split && plan.self_served.empty();
  if (text.size() > room && !may_split) {
    return "the text has " + std::to_string(text.size()) + " bytes; a packet takes " + std::to_string(room) +
           (may_split ? "" : " (mesh.down.long_text = \"split\" sends it in parts)");
  }
  for (std::string& part : split_text(text, room))
    plan.parts.push_back(make_data(proto::TEXT_MESSAGE_APP, std::move(part)));
  if (plan.parts.empty())
    return "the text has " + std::to_string(text.size()) + " bytes; nine packets do not take it";
  return {};
}

proto::Data position_data(const RequestedPosition& requested) {
  proto::Position position;
  position.set_latitude_i(requested.latitude_i);
  position.set_longitude_i(requested.longitude_i);
  if (requested.altitude) position.set_altitude(*requested.altitude);
  if (requested.time) position.set_time(*requested.time);
  position.set_precision_bits(32);
  return make_data(proto::POSITION_APP, position.SerializeAsString());
}

Reason make_parts(const SendRequest& request, const PlanSources& sources, SendPlan& plan) {
  if (const auto* const text = std::get_if<RequestedText>(&request.content))
    return make_texts(text->text, sources, plan);
  plan.parts.push_back(position_data(std::get<RequestedPosition>(request.content)));
  return {};
}

}  // namespace

base::Expected<SendPlan, std::string> plan_send(const SendRequest& request, std::string_view root,
                                                const PlanSources& sources) {
  if (const Reason reason = refusal_of_nodes(request, sources.node)) return base::make_unexpected(*reason);
  SendPlan plan;
  plan.shared = shared_key_of(request, sources);
  const auto choose = plan.shared ? choose_sealed : choose_open;
  if (const Reason reason = choose(request, root, sources, plan)) return base::make_unexpected(*reason);
  if (const Reason reason = separate_self_served(request, plan)) return base::make_unexpected(*reason);
  if (const Reason reason = make_parts(request, sources, plan)) return base::make_unexpected(*reason);
  if (plan.listeners.empty()) plan.parts.clear();  // the gateway's firmware makes the packet
  return plan;
}

}  // namespace mesh
