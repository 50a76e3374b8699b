// SPDX-License-Identifier: Apache-2.0
// What a client sends. Bytes were judged by the decoder; here is what depends on the state.
#include <utility>

#include "broker/base/check.h"
#include "broker/core/session.h"
#include "broker/core/told.h"
#include "broker/core/topic_rules.h"

namespace core {
namespace {

/// In one packet, however low limits.subscriptions is.
constexpr std::size_t filters_always_served = 1000;
/// What one filter of a SUBSCRIBE or UNSUBSCRIBE costs, in steps of Effort.
constexpr std::size_t steps_per_filter = 20;

}  // namespace

struct Session::Handle {
  Session& session;
  base::TimePoint now;

  void operator()(const mqtt::Puback& packet) const { take(mqtt::PacketType::puback, packet.packet_id); }
  void operator()(const mqtt::Pubrec& packet) const { take(mqtt::PacketType::pubrec, packet.packet_id); }
  void operator()(const mqtt::Pubrel& packet) const { take(mqtt::PacketType::pubrel, packet.packet_id); }
  void operator()(const mqtt::Pubcomp& packet) const { take(mqtt::PacketType::pubcomp, packet.packet_id); }
  void operator()(const mqtt::Subscribe& packet) const {
    if (!session.has_too_many(packet.entries.size(), now)) session.subscribe(packet);
  }
  void operator()(const mqtt::Unsubscribe& packet) const {
    if (!session.has_too_many(packet.filters.size(), now)) session.unsubscribe(packet);
  }
  void operator()(const mqtt::Pingreq&) const { session.link_->send(mqtt::Pingresp{}); }
  void operator()(const mqtt::Disconnect&) const { session.disconnect(now); }
  void operator()(const mqtt::Connect&) const { end("a second CONNECT [MQTT-3.1.0-2]"); }
  void operator()(const mqtt::Connack&) const { end("CONNACK is the server's"); }
  void operator()(const mqtt::Suback&) const { end("SUBACK is the server's"); }
  void operator()(const mqtt::Unsuback&) const { end("UNSUBACK is the server's"); }
  void operator()(const mqtt::Pingresp&) const { end("PINGRESP is the server's"); }
  void operator()(const mqtt::Publish& packet) const { session.on_publish(packet, {}, now); }

  void take(mqtt::PacketType type, mqtt::PacketId id) const { session.take_ack(type, id); }
  void end(std::string_view why) const { session.end_link(CloseReason::protocol_error, why, now); }
};

void Session::on_ack(mqtt::PacketType type, mqtt::PacketId id, base::TimePoint now) {
  keepalive_.on_packet(now);
  services_.effort.spend(type == mqtt::PacketType::puback ? 1 : Effort::per_request);
  take_ack(type, id);
}

/// The last word on a message that was under way.
void Session::on_answered(EntryNumber number) {
  --services_.owed.inflight;
  on_finished(number);
}

void Session::take_ack(mqtt::PacketType type, mqtt::PacketId id) {
  switch (type) {
    case mqtt::PacketType::puback:
      if (const auto number = inflight_.acknowledge(id)) on_answered(*number);
      return;
    case mqtt::PacketType::pubrec:
      return release(id);
    case mqtt::PacketType::pubrel:
      forget_received(id);
      return answer(mqtt::PacketType::pubcomp, id);
    case mqtt::PacketType::pubcomp:
      if (const auto number = inflight_.complete(id)) on_answered(*number);
      return;
    default:
      CHECK(false);
  }
}

/// PUBREC. An id of a life before this session is released too, or the client would ask for ever.
void Session::release(mqtt::PacketId id) {
  if (const auto number = inflight_.release(id)) {
    record([&](Journal& journal) { journal.release(key_, *number); });
  }
  answer(mqtt::PacketType::pubrel, id);
}

void Session::on_packet(const mqtt::Packet& packet, base::TimePoint now) {
  keepalive_.on_packet(now);
  services_.publishing.at(now);
  services_.effort.spend(std::holds_alternative<mqtt::Puback>(packet) ? 1 : Effort::per_request);
  std::visit(Handle{*this, now}, packet);
}

void Session::on_publish(const mqtt::Publish& publish, std::span<std::uint8_t> frame, base::TimePoint now) {
  keepalive_.on_packet(now);
  services_.counters.add(Metric::messages_received);
  ++messages_received_;
  services_.counters.add(Metric::payload_bytes_received, publish.payload.size());
  if (is_too_deep(publish.topic, services_.limits)) {
    end_link(CloseReason::topic_too_deep, "the topic has more levels than limits allow", now);
    return;
  }
  const Told told(services_.journal);
  const bool is_exactly_once = publish.qos == mqtt::Qos::exactly_once;
  if (is_exactly_once && !received_ids_.add(publish.packet_id)) {
    services_.counters.add(Metric::qos2_duplicates);
    services_.effort.spend(Effort::per_request);
    answer(mqtt::PacketType::pubrec, publish.packet_id);
    return;
  }
  if (received_ids_.size() > services_.limits.pending_qos2) {
    received_ids_.remove(publish.packet_id);  // it was not taken: sent again, it is no duplicate
    end_link(CloseReason::receive_maximum_exceeded, "more QoS 2 messages wait for PUBREL than limits allow",
             now);
    return;
  }
  if (!is_broker_topic(publish.topic) && may_write(publish.topic, Metric::publishes_denied)) {
    Outgoing outgoing(publish, frame, services_.turn);
    outgoing.from(*this);
    if (services_.publishing.publish(client(), outgoing, now) == plugin::Verdict::refuse) {
      if (is_exactly_once) received_ids_.remove(publish.packet_id);  // sent again, it is no duplicate
      end_link(CloseReason::message_refused, "a plugin refused the message", now);
      return;
    }
  }
  if (publish.qos == mqtt::Qos::at_most_once) return;
  services_.effort.spend(1);
  if (is_exactly_once) record([&](Journal& journal) { journal.receive(key_, publish.packet_id); });
  hold(told.since());
  link_->ack(is_exactly_once ? mqtt::PacketType::pubrec : mqtt::PacketType::puback, publish.packet_id);
}

/// One packet cannot be put off in its middle, so it may not cost more than a client's filters altogether.
bool Session::has_too_many(std::size_t filters, base::TimePoint now) {
  if (filters <= std::max(services_.limits.subscriptions, filters_always_served)) return false;
  end_link(CloseReason::too_many_filters, "more filters in one packet than limits.subscriptions", now);
  return true;
}

void Session::subscribe(const mqtt::Subscribe& subscribe) {
  mqtt::Suback suback{.packet_id = subscribe.packet_id, .reasons = {}};
  suback.reasons.reserve(subscribe.entries.size());
  for (const mqtt::Subscribe::Entry& entry : subscribe.entries)
    suback.reasons.push_back(add_subscription(entry));
  services_.effort.spend(steps_per_filter * subscribe.entries.size());
  answer(suback);
  want_work();
}

mqtt::Reason Session::add_subscription(const mqtt::Subscribe::Entry& entry) {
  if (is_too_deep(entry.filter, services_.limits)) {
    services_.counters.add(Metric::subscriptions_refused);
    return mqtt::Reason::topic_filter_invalid;
  }
  if (!has_room_for(entry.filter) && !has_filter(entry.filter)) {
    services_.counters.add(Metric::subscriptions_refused);
    return mqtt::Reason::quota_exceeded;
  }
  if (access_ && !access_->may_subscribe(entry.filter)) {
    services_.counters.add(Metric::subscriptions_denied);
    return mqtt::Reason::not_authorized;
  }
  mqtt::SubscriptionOptions options = entry.options;
  options.qos = services_.publishing.subscribed(client(), entry.filter, options.qos);
  if (services_.router.subscriptions().set(entry.filter, {this, slot_}, options)) add_filter(entry.filter);
  record([&](Journal& journal) { journal.subscribe(key_, entry.filter, options.qos); });
  if (!walks_) walks_ = std::make_unique<RetainedWalks>();
  walks_->restart(entry.filter, options.qos);
  return static_cast<mqtt::Reason>(options.qos);
}

bool Session::has_room_for(std::string_view filter) const {
  const std::size_t count = filters_ ? filters_->all.size() : 0;
  const std::size_t cost = filters_ ? filters_->cost : 0;
  return count < services_.limits.subscriptions &&
         cost + Subscriptions::cost_of(filter) <= services_.limits.subscription_bytes;
}

void Session::unsubscribe(const mqtt::Unsubscribe& unsubscribe) {
  for (const std::string_view filter : unsubscribe.filters) {
    if (!services_.router.subscriptions().remove(filter, slot_)) continue;
    remove_filter(filter);
    drop_walk(filter);
    record([&](Journal& journal) { journal.unsubscribe(key_, filter); });
    services_.publishing.unsubscribed(client(), filter);
  }
  services_.effort.spend(steps_per_filter * unsubscribe.filters.size());
  answer(mqtt::Unsuback{.packet_id = unsubscribe.packet_id});
}

void Session::add_filter(std::string_view filter) {
  if (!filters_) filters_ = std::make_unique<Filters>();
  filters_->all.emplace(filter);
  filters_->cost += Subscriptions::cost_of(filter);
  if (is_lasting_ && services_.lasting != nullptr) services_.lasting->add(filter);
}

void Session::remove_filter(std::string_view filter) {
  filters_->all.erase(filters_->all.find(filter));
  filters_->cost -= Subscriptions::cost_of(filter);
  if (filters_->all.empty()) filters_.reset();
  if (is_lasting_ && services_.lasting != nullptr) services_.lasting->remove(filter);
}

void Session::drop_walk(std::string_view filter) {
  if (!walks_) return;
  walks_->drop(filter);
  if (walks_->empty()) walks_.reset();
}

}  // namespace core
