// SPDX-License-Identifier: Apache-2.0
// What a session tells the journal, and what it becomes from what the journal has kept.
#include "broker/core/kept_client.h"
#include "broker/core/session.h"

namespace core {

void Session::begin() {
  record([this](Journal& journal) { journal.start_session(key_, kept_client({client_id_, user_, proof_})); });
}

void Session::forget() {
  clear_will();
  record([this](Journal& journal) { journal.end_session(key_); });
}

/// Also behind what was told before: its own last words may concern an answer that is given twice.
void Session::answer(mqtt::PacketType type, mqtt::PacketId id) {
  hold(last_told_);
  link_->ack(type, id);
}

void Session::answer(const mqtt::Packet& packet) {
  hold(last_told_);
  link_->send(packet);
}

void Session::record_queued(Outgoing& outgoing, const Entry& entry) {
  services_.last_entry = entry.number;
  record([&](Journal& journal) { journal.queue(key_, entry, outgoing.keep()); });
}

/// A QoS 2 message leaves only when its id is kept: under another one it would be delivered twice after a
/// restart.
EntryNumber Session::record_sent(Outgoing& outgoing, const Passing& passing, mqtt::PacketId id) {
  EntryNumber number = passing.mark.number;
  if (number == 0) {
    number = services_.last_entry + 1;
    record_queued(outgoing,
                  {.number = number, .qos = passing.qos, .retain = passing.retain, .packet_id = id});
  } else {
    record([&](Journal& journal) { journal.send(key_, number, id); });
  }
  if (passing.qos == mqtt::Qos::exactly_once) hold(last_told_);
  return number;
}

void Session::on_finished(EntryNumber number) {
  record([&](Journal& journal) { journal.finish(key_, number); });
  want_work();
}

void Session::forget_received(mqtt::PacketId id) {
  if (received_ids_.remove(id)) record([&](Journal& journal) { journal.complete(key_, id); });
}

void Session::restore(const RestoredSession& kept, base::TimePoint now) {
  since_ = now - kept.away_for;
  take_access();
  for (const RestoredSession::Subscription& each : kept.subscriptions) {
    if (services_.router.subscriptions().set(each.filter, {this, slot_}, {.qos = each.qos}))
      add_filter(each.filter);
  }
  for (const mqtt::PacketId id : kept.received) received_ids_.add(id);
  for (const RestoredSession::Message& each : kept.messages) restore_message(each);
}

void Session::restore_message(const RestoredSession::Message& kept) {
  const Entry& entry = kept.entry;
  if (entry.packet_id != 0) {
    inflight_.add({.number = entry.number,
                   .message = kept.message,
                   .id = entry.packet_id,
                   .qos = entry.qos,
                   .state = kept.is_released ? Inflight::State::released : Inflight::State::sent,
                   .retain = entry.retain});
    ++services_.owed.inflight;
    return;
  }
  const OutQueue::Dropped dropped = push(kept.message, entry.qos, {.number = entry.number});
  if (!dropped.is_new) return;
  services_.counters.add(Metric::queue_dropped);
  record([&](Journal& journal) { journal.finish(key_, entry.number); });
}

}  // namespace core
