// SPDX-License-Identifier: Apache-2.0
#include "mesh/downlink.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "mesh/envelope.h"

namespace mesh {
namespace {

constexpr std::string_view request_channel = "mqtt";
constexpr std::string_view retained_reason =
    "the request is retained: every gateway that connects would carry it out again";
constexpr std::uint32_t wants_response_bit = 2;

GatewayState state_of(SendQueue::Place place) {
  switch (place) {
    case SendQueue::Place::now:
      return GatewayState::sent;
    case SendQueue::Place::later:
      return GatewayState::waiting;
    case SendQueue::Place::refused:
      return GatewayState::queue_full;
  }
  return GatewayState::queue_full;
}

constexpr base::Counters<SendOutcome, base::Writers::several>::Names send_names = {
    "mesh_send_accepted",  "mesh_send_refused",      "mesh_send_queue_full",
    "mesh_send_displaced", "mesh_send_acknowledged", "mesh_send_announced",
};

bool is_full(const AnsweredGateway& gateway) { return gateway.state == GatewayState::queue_full; }

std::string full_queues(const std::vector<AnsweredGateway>& gateways) {
  std::string names;
  for (const AnsweredGateway& each : gateways) {
    if (is_full(each)) names.append(names.empty() ? "" : ", ").append(node_id(each.number));
  }
  return names.empty() ? names : "too much is waiting already for " + names;
}

std::string_view channel_of(const SendPlan& plan) {
  if (plan.parts.empty()) return {};
  return plan.channel == nullptr ? pki_channel_id : std::string_view(plan.channel->name);
}

bool wants_response(const proto::Data& data) {
  return data.want_response() || (data.bitfield() & wants_response_bit) != 0;
}

}  // namespace

Downlink::Downlink(Parts parts)
    : config_(parts.config),
      keyring_(parts.keyring),
      log_(parts.log),
      first_level_(parts.topic.substr(0, parts.topic.find('/'))),
      result_topic_(parts.topic + "/send/result"),
      listeners_(std::move(parts.listeners)),
      key_of_(std::move(parts.key_of)),
      node_(config_),
      ids_(config_.seed),
      queue_(config_.pace),
      announcements_(ids_.random()),
      counters_(send_names) {}

PlanSources Downlink::plan_sources() const { return {config_, node_, keyring_, listeners_, key_of_}; }

void Downlink::restore(std::string_view name, base::Bytes value) {
  if (name == OwnNode::kept_name) node_.restore(value);
}

void Downlink::on_tick(plugin::Host& host, base::TimePoint now) {
  node_.on_tick(host);
  if (node_.number() == 0) return;
  for (const OwnPacket& packet : queue_.release(now))
    host.publish({packet.topic, base::as_bytes(packet.envelope)});
  for (const Place& place : announcements_.due(listeners_.places(), now)) announce(place, host, now);
}

bool Downlink::is_request_topic(const MeshTopic& topic) {
  if (topic.kind != TopicKind::json || !topic.channel.starts_with(request_channel)) return false;
  return topic.channel.size() == request_channel.size() || topic.channel[request_channel.size()] == '/';
}

plugin::Verdict Downlink::on_request(const Arrival& arrival, Workspace& workspace, plugin::Host& host,
                                     base::TimePoint now) {
  plugin::Draft& draft = arrival.draft;
  const bool is_clearing = draft.payload.empty() && draft.retain;
  if (is_clearing || workspace.requests.is_uplink_of(draft.payload, arrival.topic.gateway))
    return plugin::Verdict::pass;
  SendAnswer answer{.topic = draft.topic};
  TextBuffer echo;
  const auto request = workspace.requests.read(draft.payload);
  const bool is_object = request || request.error() > RequestProblem::not_an_object;
  if (is_object && workspace.json_text.append_if_json(base::as_text(draft.payload), echo))
    answer.request = echo.view();
  if (draft.retain) {
    refuse(arrival, answer, std::string(retained_reason), now);
  } else if (!request) {
    refuse(arrival, answer, std::string(text_for(request.error())), now);
  } else if (const auto plan = plan_send(*request, arrival.topic.root, plan_sources()); !plan) {
    refuse(arrival, answer, plan.error(), now);
  } else {
    send(*request, *plan, answer, host, now);
  }
  workspace.json.clear();
  append_answer(answer, workspace.json);
  publish_result(workspace.json, host);
  return draft.retain ? plugin::Verdict::drop : plugin::Verdict::pass;
}

bool Downlink::may_reach_gateway(const MeshTopic& topic, base::Bytes payload, Workspace& workspace) const {
  if (!is_object_shaped(payload)) return false;
  if (!is_request_topic(topic) || workspace.requests.is_uplink_of(payload, topic.gateway)) return true;
  const auto request = workspace.requests.read(payload);
  return request && plan_send(*request, topic.root, plan_sources());
}

void Downlink::refuse(const Arrival& arrival, SendAnswer& answer, std::string reason, base::TimePoint now) {
  const base::Level level = refusals_.take(now) ? base::Level::info : base::Level::debug;
  if (log_.enabled(level)) {
    log_.write(level, "send_refused",
               {{"why", reason}, {"client", arrival.client.id}, {"topic", arrival.draft.topic}});
  }
  answer.reason = std::move(reason);
  counters_.add(SendOutcome::refused);
}

void Downlink::send(const SendRequest& request, const SendPlan& plan, SendAnswer& answer, plugin::Host& host,
                    base::TimePoint now) {
  for (const Listener& each : plan.listeners) answer.gateways.push_back({each.number, GatewayState::sent});
  for (const proto::Data& data : plan.parts) {
    const OwnHead head{node_.number(), request.to, ids_.next(), request.hop_limit.value_or(config_.hop_limit),
                       request.want_ack};
    const std::string envelope = plan.shared ? seal_for_node(head, data, *plan.shared, ids_.random_bytes())
                                             : seal(head, data, *plan.channel);
    awaited_.expect(head.id, head.to, now);
    answer.ids.push_back(head.id);
    const bool is_text = data.portnum() == proto::TEXT_MESSAGE_APP;
    const auto places = give({head.id, plan.topic, envelope, is_text}, plan.listeners, host, now);
    for (std::size_t i = 0; i < places.size(); ++i)
      answer.gateways[i].state = std::max(answer.gateways[i].state, state_of(places[i]));
  }
  for (const Listener& each : plan.self_served)
    answer.gateways.push_back({each.number, GatewayState::own_firmware});
  answer.channel = channel_of(plan);
  answer.accepted = !std::ranges::all_of(answer.gateways, is_full);
  answer.reason = full_queues(answer.gateways);
  counters_.add(answer.accepted ? SendOutcome::accepted : SendOutcome::refused);
}

std::string Downlink::seal(const OwnHead& head, proto::Data data, const Channel& channel) const {
  if (node_.keys()) sign_broadcast(head, *node_.keys(), data);
  return seal_for_channel(head, data, channel);
}

std::vector<SendQueue::Place> Downlink::give(const OwnPacket& packet, std::span<const Listener> receivers,
                                             plugin::Host& host, base::TimePoint now) {
  std::vector<std::string> client_ids;
  std::ranges::transform(receivers, std::back_inserter(client_ids), &Listener::client_id);
  SendQueue::Offered offered = queue_.offer(packet, client_ids, now);
  if (offered.is_due()) host.publish({packet.topic, base::as_bytes(packet.envelope)});
  const auto full = std::ranges::count(offered.places, SendQueue::Place::refused);
  counters_.add(SendOutcome::queue_full, static_cast<std::uint64_t>(full));
  counters_.add(SendOutcome::displaced, offered.displaced.size());
  TextBuffer json;
  for (const SendQueue::Displaced& each : offered.displaced) {
    json.clear();
    append_displaced(each.id, each.receiver, json);
    publish_result(json, host);
  }
  return std::move(offered.places);
}

/// Nobody needs to know that the broker has no key for a channel on which some gateway listens.
void Downlink::announce(const Place& place, plugin::Host& host, base::TimePoint now) {
  const auto channels = keyring_.named(place.channel);
  if (channels.empty()) return;
  counters_.add(SendOutcome::announced);
  const std::string topic = envelope_topic(place.root, place.channel, node_.id());
  const OwnHead head{node_.number(), broadcast_number, ids_.next(), config_.hop_limit, false};
  const proto::Data data = make_data(proto::NODEINFO_APP, node_.user());
  static_cast<void>(
      give({head.id, topic, seal(head, data, channels.front()), false}, listeners_.on(topic), host, now));
}

void Downlink::on_reception(const MeshTopic& topic, const Reception& reception, plugin::Host& host,
                            base::TimePoint now) {
  const std::uint32_t to = reception.envelope.packet->to();
  if (to == 0 || to != node_.number() || reception.data == nullptr) return;
  if (reception.data->portnum() == proto::ROUTING_APP)
    return note_acknowledgement(topic, reception, host, now);
  if (reception.data->portnum() == proto::NODEINFO_APP && wants_response(*reception.data))
    answer_node_info(topic, reception, host, now);
}

/// By the gateway that has heard the question, if it listens; else by all.
void Downlink::answer_node_info(const MeshTopic& topic, const Reception& reception, plugin::Host& host,
                                base::TimePoint now) {
  const proto::MeshPacket& asking = *reception.envelope.packet;
  const auto channels = keyring_.named(topic.channel);
  if (channels.empty() || OwnNode::is_reserved(asking.from()) || !answered_.may_answer(asking.from(), now))
    return;
  const std::string answer_topic = envelope_topic(topic.root, topic.channel, node_.id());
  std::vector<Listener> listeners = listeners_.on(answer_topic);
  const auto has_heard = [&topic](const Listener& each) { return node_id(each.number) == topic.gateway; };
  if (std::ranges::any_of(listeners, has_heard)) std::erase_if(listeners, std::not_fn(has_heard));
  proto::Data data = make_data(proto::NODEINFO_APP, node_.user());
  data.set_request_id(asking.id());
  const OwnHead head{node_.number(), asking.from(), ids_.next(), config_.hop_limit, false};
  const Channel& channel = reception.channel != nullptr ? *reception.channel : channels.front();
  static_cast<void>(
      give({head.id, answer_topic, seal_for_channel(head, data, channel), false}, listeners, host, now));
}

void Downlink::note_acknowledgement(const MeshTopic& topic, const Reception& reception, plugin::Host& host,
                                    base::TimePoint now) {
  proto::Routing routing;
  const std::string& payload = reception.data->payload();
  if (!routing.ParseFromString(payload) ||
      (!payload.empty() && routing.variant_case() != proto::Routing::kErrorReason))
    return;
  const Acknowledgement acknowledgement{reception.data->request_id(), reception.envelope.packet->from(),
                                        routing.error_reason()};
  if (!awaited_.settle(acknowledgement, now)) return;
  counters_.add(SendOutcome::acknowledged);
  TextBuffer json;
  append_acknowledgement(acknowledgement, topic.gateway, json);
  publish_result(json, host);
}

void Downlink::publish_result(const TextBuffer& json, plugin::Host& host) const {
  if (!host.wants_below(first_level_)) return;
  host.publish({result_topic_, base::as_bytes(json.view())});
}

}  // namespace mesh
