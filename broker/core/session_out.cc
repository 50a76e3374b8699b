// SPDX-License-Identifier: Apache-2.0
// What a client is sent.
#include <algorithm>

#include "broker/core/session.h"

namespace core {
namespace {

/// Bytes of one slice of work: enough to fill a write, little enough that others are served in between.
constexpr std::size_t bytes_per_slice = 128 * 1024;
/// Retained topics looked at per slice, by all replays together, whether they match or not.
constexpr std::size_t topics_per_slice = 2048;

/// Takes what a message costs from the budget, which ends at 0.
void spend(std::size_t& budget, const Message& message) { budget -= std::min(budget, message.bytes()); }

}  // namespace

void Session::deliver(Outgoing& outgoing, mqtt::Qos granted, mqtt::PacketId preferred_id) {
  const mqtt::Qos qos = std::min(outgoing.qos(), granted);
  if (must_wait(qos)) {
    enqueue(outgoing, qos);
  } else {
    send(outgoing, {.qos = qos}, preferred_id);
  }
}

/// Behind bytes the socket has refused, behind older messages of its kind, or behind a full window.
bool Session::must_wait(mqtt::Qos qos) const {
  if (link_ == nullptr || link_->backlog() > 0) return true;
  if (qos == mqtt::Qos::at_most_once) return queue_.front(false) != nullptr;
  return !queue_.empty() || !is_window_open();
}

void Session::send(Outgoing& outgoing, Passing passing, mqtt::PacketId preferred_id) {
  Delivery delivery{.qos = passing.qos, .retain = passing.retain};
  if (passing.qos != mqtt::Qos::at_most_once) {
    delivery.packet_id = inflight_.claim(preferred_id);
    if (delivery.packet_id == 0) return enqueue(outgoing, passing.qos);
  }
  if (is_asked_about_ && !may_send(outgoing, passing)) {
    if (passing.mark.number != 0) on_finished(passing.mark.number);
    return;
  }
  if (passing.qos != mqtt::Qos::at_most_once) {
    const mqtt::PacketId id = delivery.packet_id;
    inflight_.add({.number = is_recorded() ? record_sent(outgoing, passing, id) : 0,
                   .message = is_lasting_ ? outgoing.keep() : MessageRef{},
                   .id = id,
                   .qos = passing.qos,
                   .retain = passing.retain});
    ++services_.owed.inflight;
  }
  services_.counters.add(Metric::messages_delivered);
  ++messages_sent_;
  link_->deliver(outgoing, delivery);
}

bool Session::may_read(std::string_view topic) const {
  if (!access_ || access_->may_read(topic)) return true;
  services_.counters.add(Metric::deliveries_denied);
  return false;
}

bool Session::may_send(const Outgoing& outgoing, const Passing& passing) const {
  if (!may_read(outgoing.topic())) return false;
  if (!is_plugin_asked_) return true;
  const bool is_own = passing.mark.is_own || outgoing.publisher() == this;
  return services_.publishing.may_send(client(), outgoing, passing.qos, is_own);
}

OutQueue::Dropped Session::push(MessageRef message, mqtt::Qos qos, const OutQueue::Mark& mark) {
  uncount_queue();
  const OutQueue::Dropped dropped = queue_.push(std::move(message), qos, services_.limits, mark);
  count_queue();
  return dropped;
}

void Session::enqueue(Outgoing& outgoing, mqtt::Qos qos) {
  if (link_ == nullptr && (qos == mqtt::Qos::at_most_once || !is_lasting_)) return;
  if (!may_read(outgoing.topic())) return;  // what it will not get must not take others' room
  const bool is_told = qos != mqtt::Qos::at_most_once && is_recorded();
  const EntryNumber number = is_told ? services_.last_entry + 1 : 0;
  const OutQueue::Dropped dropped =
      push(outgoing.keep(), qos, {.number = number, .is_own = outgoing.publisher() == this});
  if (is_told && !dropped.is_new) record_queued(outgoing, {.number = number, .qos = qos});
  if (dropped.qos0 == 0 && !dropped.is_new) return;
  services_.counters.add(Metric::queue_dropped_qos0, dropped.qos0);
  services_.counters.add(Metric::queue_dropped, dropped.is_new ? 1 : 0);
  if (has_logged_full_queue_) return;
  has_logged_full_queue_ = true;
  services_.log.warn("queue_full", {{"client", client_id_},
                                    {"messages", std::uint64_t{queue_.size()}},
                                    {"hint", "client too slow or away: messages are dropped for it alone"}});
}

/// First what was under way when the last connection ended, in its order and with its ids; it does not count
/// against the window again.
void Session::resend() {
  inflight_.each([this](const Inflight::Entry& entry) {
    if (entry.state == Inflight::State::released) {
      link_->ack(mqtt::PacketType::pubrel, entry.id);
      return;
    }
    services_.counters.add(Metric::messages_resent);
    services_.counters.add(Metric::payload_bytes_sent, entry.message->payload().size());
    Outgoing outgoing(entry.message, services_.turn, services_.held);
    link_->deliver(outgoing, {.qos = entry.qos, .retain = entry.retain, .dup = true, .packet_id = entry.id});
  });
}

void Session::want_work() {
  if (!queue_.empty() || walks_) services_.owner.on_busy(*this);
}

void Session::work() {
  if (link_ == nullptr) return;
  std::size_t budget = bytes_per_slice;
  const bool is_done = send_queued(budget) && replay_retained(budget);
  if (!is_done) services_.owner.on_busy(*this);
}

/// True: nothing more to do now. What waits, waits for an acknowledgement or for the socket; both call work.
bool Session::send_queued(std::size_t& budget) {
  while (link_->backlog() == 0) {
    const OutQueue::Item* item = queue_.front(is_window_open());
    if (item == nullptr) return true;
    if (budget == 0) return false;
    spend(budget, *item->message);
    Outgoing outgoing(item->message, services_.turn, services_.held);
    const Passing passing{.qos = item->qos, .mark = item->mark};
    uncount_queue();
    queue_.pop(item);
    count_queue();
    const PayloadsSent counted(services_.counters, outgoing.payload().size());
    send(outgoing, passing, services_.router.next_packet_id());
  }
  return true;
}

/// The same for retained messages, straight from the store.
bool Session::replay_retained(std::size_t& budget) {
  std::size_t topics = topics_per_slice;
  while (walks_ && link_->backlog() == 0) {
    bool is_waiting = false;
    RetainedWalk& walk = walks_->front();
    const std::size_t before = topics;
    const bool is_over =
        services_.router.retained_for(walk.filter).walk(walk, topics, [&](const MessageRef& message) {
          const mqtt::Qos qos = std::min(message->qos(), walk.qos);
          is_waiting = qos != mqtt::Qos::at_most_once && !is_window_open();
          if (is_waiting || budget == 0) return false;
          spend(budget, *message);
          Outgoing outgoing(message, services_.turn, services_.held);
          const PayloadsSent counted(services_.counters, outgoing.payload().size());
          send(outgoing, {.qos = qos, .retain = true}, services_.router.next_packet_id());
          return true;
        });
    services_.effort.spend(2 * (before - topics));
    if (is_waiting) return true;
    if (!is_over) return false;
    walks_->drop_front();
    if (walks_->empty()) walks_.reset();
  }
  return true;
}

}  // namespace core
