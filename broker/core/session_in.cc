// SPDX-License-Identifier: Apache-2.0
// What a client sends. Bytes were judged by the decoder; here is what depends on the state.
#include <algorithm>
#include <utility>

#include "broker/core/session.h"
#include "broker/mqtt/topic.h"

namespace core {
namespace {

/// Text that is short enough cannot have too many levels: the slashes of a usual topic are never counted.
bool is_too_deep(std::string_view topic, const Limits& limits) {
  return topic.size() >= limits.topic_levels && mqtt::level_count(topic) > limits.topic_levels;
}

/// Only the broker speaks there; clients that try are acknowledged and unheard.
bool is_broker_topic(std::string_view topic) { return topic.starts_with("$SYS/"); }

}  // namespace

struct Session::Handle {
  Session& session;
  base::TimePoint now;

  void operator()(const mqtt::Puback& packet) const {
    if (session.inflight_.acknowledge(packet.packet_id)) session.work();
  }
  void operator()(const mqtt::Pubrec& packet) const {
    // An id of a life before this session is released too, or the client would ask for ever.
    session.inflight_.release(packet.packet_id);
    session.link_->ack(mqtt::PacketType::pubrel, packet.packet_id);
  }
  void operator()(const mqtt::Pubrel& packet) const {
    session.received_ids_.remove(packet.packet_id);
    session.link_->ack(mqtt::PacketType::pubcomp, packet.packet_id);
  }
  void operator()(const mqtt::Pubcomp& packet) const {
    if (session.inflight_.complete(packet.packet_id)) session.work();
  }
  void operator()(const mqtt::Subscribe& packet) const { session.subscribe(packet); }
  void operator()(const mqtt::Unsubscribe& packet) const { session.unsubscribe(packet); }
  void operator()(const mqtt::Pingreq&) const { session.link_->send(mqtt::Pingresp{}); }
  void operator()(const mqtt::Disconnect&) const { session.disconnect(now); }
  void operator()(const mqtt::Connect&) const { end("a second CONNECT [MQTT-3.1.0-2]"); }
  void operator()(const mqtt::Connack&) const { end("CONNACK is the server's"); }
  void operator()(const mqtt::Suback&) const { end("SUBACK is the server's"); }
  void operator()(const mqtt::Unsuback&) const { end("UNSUBACK is the server's"); }
  void operator()(const mqtt::Pingresp&) const { end("PINGRESP is the server's"); }
  void operator()(const mqtt::Publish& packet) const { session.on_publish(packet, {}, now); }

  void end(std::string_view why) const { session.end_link(mqtt::Reason::protocol_error, why, now); }
};

void Session::on_packet(const mqtt::Packet& packet, base::TimePoint now) {
  keepalive_.on_packet(now);
  std::visit(Handle{*this, now}, packet);
}

void Session::on_publish(const mqtt::Publish& publish, std::span<std::uint8_t> frame, base::TimePoint now) {
  keepalive_.on_packet(now);
  services_.counters.add(Metric::messages_received);
  if (is_too_deep(publish.topic, services_.limits)) {
    end_link(mqtt::Reason::topic_name_invalid, "the topic has more levels than limits allow", now);
    return;
  }
  const bool is_exactly_once = publish.qos == mqtt::Qos::exactly_once;
  if (is_exactly_once && !received_ids_.add(publish.packet_id)) {
    services_.counters.add(Metric::qos2_duplicates);
    link_->ack(mqtt::PacketType::pubrec, publish.packet_id);
    return;
  }
  if (!is_broker_topic(publish.topic)) {
    Outgoing outgoing(publish, frame, services_.turn);
    if (services_.publishing.publish(client(), outgoing, now) == plugin::Verdict::refuse) {
      end_link(mqtt::Reason::not_authorized, "a plugin refused the message", now);
      return;
    }
  }
  if (publish.qos == mqtt::Qos::at_most_once) return;
  link_->ack(is_exactly_once ? mqtt::PacketType::pubrec : mqtt::PacketType::puback, publish.packet_id);
}

void Session::subscribe(const mqtt::Subscribe& subscribe) {
  mqtt::Suback suback{.packet_id = subscribe.packet_id, .reasons = {}};
  suback.reasons.reserve(subscribe.entries.size());
  for (const mqtt::Subscribe::Entry& entry : subscribe.entries)
    suback.reasons.push_back(add_subscription(entry));
  link_->send(suback);
  work();
}

mqtt::Reason Session::add_subscription(const mqtt::Subscribe::Entry& entry) {
  if (is_too_deep(entry.filter, services_.limits)) {
    services_.counters.add(Metric::subscriptions_refused);
    return mqtt::Reason::topic_filter_invalid;
  }
  const bool is_full = filters_.size() >= services_.limits.subscriptions;
  if (is_full && std::ranges::find(filters_, entry.filter) == filters_.end()) {
    services_.counters.add(Metric::subscriptions_refused);
    return mqtt::Reason::quota_exceeded;
  }
  if (services_.router.subscriptions().set(entry.filter, {this, slot_}, entry.options)) {
    filters_.emplace_back(entry.filter);
  } else {
    drop_walk(entry.filter);  // the replay begins anew [MQTT-3.8.4-3]
  }
  if (!walks_) walks_ = std::make_unique<std::deque<RetainedWalk>>();
  walks_->push_back({.filter = std::string(entry.filter), .qos = entry.options.qos, .after = {}});
  return static_cast<mqtt::Reason>(entry.options.qos);
}

void Session::unsubscribe(const mqtt::Unsubscribe& unsubscribe) {
  for (const std::string_view filter : unsubscribe.filters) {
    if (!services_.router.subscriptions().remove(filter, slot_)) continue;
    const auto at = std::ranges::find(filters_, filter);
    std::swap(*at, filters_.back());
    filters_.pop_back();
    drop_walk(filter);
  }
  if (filters_.empty()) filters_.shrink_to_fit();
  link_->send(mqtt::Unsuback{.packet_id = unsubscribe.packet_id});
}

void Session::drop_walk(std::string_view filter) {
  if (walks_) std::erase_if(*walks_, [&](const RetainedWalk& walk) { return walk.filter == filter; });
}

}  // namespace core
