// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/worker.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "broker/base/buffer.h"
#include "broker/mqtt/decode.h"
#include "broker/mqtt/encode.h"
#include "tests/support/packet_text.h"

namespace simulation {
namespace {

constexpr std::size_t packet_bytes = 256 * 1024;
/// More turns than any work of this size needs.
constexpr std::size_t most_turns = 10'000;
/// A turn's memory: the broker's 4 MiB for what it sends of its own accord, and what one act can cause.
constexpr std::size_t most_turn_memory = 8 * 1024 * 1024;
/// Of sessions that are gone; the broker cleans up behind more.
constexpr std::size_t most_reminders = 12'000;
constexpr std::size_t refused = 100;

/// Measured, for it is nothing a rule could prescribe.
std::size_t message_overhead() {
  mqtt::Publish publish;
  publish.topic = "x";
  return core::MessageRef::make(publish)->bytes() - publish.topic.size();
}

Rules rules_of(const core::Limits& limits) {
  return {.inflight = limits.inflight,
          .queued_messages = limits.queued_messages,
          .queued_bytes = limits.queued_bytes,
          .message_overhead = message_overhead(),
          .subscriptions = limits.subscriptions,
          .pending_qos2 = limits.pending_qos2,
          .sessions = limits.sessions,
          .retained_messages = limits.retained_messages,
          .topic_levels = limits.topic_levels,
          .session_expiry = limits.session_expiry};
}

std::string clock_text(base::TimePoint now) {
  return std::to_string(now.time_since_epoch().count() - 1'000'000) + " ms: ";
}

/// A long payload only by its beginning.
std::string packet_line(const mqtt::Packet& packet) {
  constexpr std::size_t shown = 16;
  mqtt::Packet cut = packet;
  base::Bytes* payload = nullptr;
  if (auto* publish = std::get_if<mqtt::Publish>(&cut)) payload = &publish->payload;
  if (auto* connect = std::get_if<mqtt::Connect>(&cut); connect != nullptr && connect->will) {
    payload = &connect->will->payload;
  }
  if (payload == nullptr || payload->size() <= shown) return support::packet_text(cut);
  const std::size_t size = payload->size();
  *payload = payload->first(shown);
  return support::packet_text(cut) + "… of " + std::to_string(size) + " bytes";
}

}  // namespace

void Connection::take(base::Bytes bytes) {
  inbox_.insert(inbox_.end(), bytes.begin(), bytes.end());
  while (!is_over_) {
    const auto frame = mqtt::next_frame(inbox_, packet_bytes);
    if (!frame) return lose();
    if (!*frame) return;
    const auto end = inbox_.begin() + static_cast<std::ptrdiff_t>((*frame)->bytes.size());
    std::vector<std::uint8_t> whole(inbox_.begin(), end);
    inbox_.erase(inbox_.begin(), end);
    take_frame(worker_.keep_until_flush(std::move(whole)));
  }
}

/// `bytes` is one packet, which the broker may write to.
void Connection::take_frame(std::span<std::uint8_t> bytes) {
  const auto packet = mqtt::decode(**mqtt::next_frame(bytes, bytes.size()), version_);
  if (!packet) return lose();
  worker_.tell(number_, "sends", *packet);
  if (session_ == nullptr) return take_connect(*packet);
  worker_.model().receive(number_, *packet, worker_.now());
  if (const auto* publish = std::get_if<mqtt::Publish>(&*packet)) {
    session_->on_publish(*publish, bytes, worker_.now());
  } else {
    session_->on_packet(*packet, worker_.now());
  }
}

void Connection::take_connect(const mqtt::Packet& packet) {
  const auto* connect = std::get_if<mqtt::Connect>(&packet);
  if (connect == nullptr) return lose();
  version_ = connect->version;
  worker_.model().connect(number_, *connect, worker_.now());
  session_ = worker_.broker().connect(*this, *connect, worker_.now());
}

void Connection::lose() {
  if (std::exchange(is_over_, true)) return;
  worker_.tell("connection " + std::to_string(number_) + " is lost");
  worker_.model().lose(number_, worker_.now());
  if (session_ != nullptr)
    std::exchange(session_, nullptr)->on_link_lost(core::CloseReason::connection_lost, worker_.now());
}

void Connection::stall() {
  if (session_ == nullptr) return;
  worker_.tell("connection " + std::to_string(number_) + " refuses bytes");
  refused_bytes_ = refused;
  worker_.model().stall(number_);
}

void Connection::take_some() {
  if (session_ == nullptr || !is_stalled()) return;
  worker_.tell("connection " + std::to_string(number_) + " takes some of them");
  has_taken_ = true;
  worker_.model().take_some(number_);
}

void Connection::drain() {
  if (session_ == nullptr || !is_stalled()) return;
  worker_.tell("connection " + std::to_string(number_) + " takes all bytes");
  refused_bytes_ = 0;
  worker_.model().drain(number_);
  session_->want_work();
}

void Connection::send(const mqtt::Packet& packet) {
  base::Buffer out;
  mqtt::encode(packet, version_, out);
  say(worker_.arena().copy(out.bytes()), {});
}

void Connection::ack(mqtt::PacketType type, mqtt::PacketId id) {
  say(worker_.arena().copy(mqtt::ack_frame(type, id)), {});
}

void Connection::deliver(core::Outgoing& outgoing, const core::Delivery& delivery) {
  const core::Form& form = outgoing.form(delivery);
  if (refused_bytes_ > 0) fail("PUBLISH to a socket that refuses bytes");
  say(form.head, form.payload);
}

void Connection::close(core::CloseReason reason, std::string_view) {
  session_ = nullptr;
  if (std::exchange(is_over_, true)) return fail("closed twice");
  worker_.tell("connection " + std::to_string(number_) + " is closed: " + std::string(core::name_of(reason)));
  worker_.model().closed(number_, core::name_of(reason));
}

void Connection::say(base::Bytes head, base::Bytes payload) {
  if (is_over_) return fail("something said after the end");
  std::vector<std::uint8_t> whole(head.begin(), head.end());
  whole.insert(whole.end(), payload.begin(), payload.end());
  const auto frame = mqtt::next_frame(whole, whole.size());
  if (!frame || !*frame || (*frame)->bytes.size() != whole.size()) return fail("not one packet was said");
  const auto packet = mqtt::decode(**frame, version_);
  if (!packet) return fail("malformed: " + support::error_text(packet.error()));
  worker_.tell(number_, "hears", *packet);
  worker_.model().heard(number_, *packet);
  receiver_.on_packet(*packet);
  for (const base::Bytes view : {head, payload}) pieces_.push_back({view, {view.begin(), view.end()}});
}

void Connection::flush() {
  for (const Piece& piece : pieces_) {
    if (!std::ranges::equal(piece.view, piece.when_said)) fail("bytes changed between saying and flush");
  }
  pieces_.clear();
}

void Connection::fail(std::string what) {
  worker_.fail("connection " + std::to_string(number_) + ": " + std::move(what));
}

Worker::Worker(const core::Limits& limits)
    : limits_(limits),
      log_(base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {}),
      model_(rules_of(limits)),
      broker_({.limits = limits_,
               .turn = arena_,
               .log = log_,
               .new_client_id = [this] { return Model::assigned_id(model_.assigned_count()); },
               .commons = commons_}) {}

/// Every connection parts from its session before the sessions go.
Worker::~Worker() {
  for (const auto& connection : connections_) connection->lose();
  turn();
}

std::shared_ptr<Connection> Worker::accept(Receiver& receiver) {
  connections_.push_back(std::make_shared<Connection>(*this, ++last_connection_, receiver));
  return connections_.back();
}

void Worker::pass_to(base::TimePoint until) {
  while (fault().empty()) {
    const auto next = std::min(broker_.next_deadline().value_or(base::TimePoint::max()),
                               model_.next_deadline().value_or(base::TimePoint::max()));
    if (next > until) break;
    now_ = std::max(now_, next);
    model_.pass(now_);
    broker_.on_time(now_);
    turn();
  }
  now_ = until;
}

void Worker::serve_others(std::uint8_t back) {
  tell("the worker has used nearly all packet ids for others");
  for (int id = back; id < 0xffff; ++id) static_cast<void>(broker_.router().next_packet_id());
}

void Worker::turn() {
  model_.end_turn();
  bool has_more = true;
  for (std::size_t turns = 0; has_more; ++turns) {
    if (turns == most_turns) return fail("work without end");
    has_more = broker_.work(now());
    broker_.end_turn();
    for (const auto& connection : connections_) connection->flush();
    if (arena_.used() > most_turn_memory) fail("a turn of " + std::to_string(arena_.used()) + " bytes");
    arena_.reset();
    reads_.clear();
    broker_.after_flush();
  }
  std::erase_if(connections_, [](const auto& connection) { return !connection->is_open(); });
  model_.check_nothing_owed();
  check_sums();
}

/// What shows without looking inside.
void Worker::check_sums() {
  if (broker_.session_count() != model_.session_count()) {
    fail("sessions: " + std::to_string(broker_.session_count()) + " instead of " +
         std::to_string(model_.session_count()));
  }
  if (broker_.router().retained().size() != model_.retained().size()) {
    fail("retained messages: " + std::to_string(broker_.router().retained().size()) + " instead of " +
         std::to_string(model_.retained().size()));
  }
  if (broker_.reminder_count() > most_reminders) fail("reminders pile up");
}

std::span<std::uint8_t> Worker::keep_until_flush(std::vector<std::uint8_t> bytes) {
  reads_.push_back(std::move(bytes));
  return reads_.back();
}

void Worker::fail(std::string what) {
  if (fault().empty()) fault_ = std::move(what);
}

void Worker::tell(int connection, std::string_view verb, const mqtt::Packet& packet) {
  if (!is_telling) return;
  tell("connection " + std::to_string(connection) + " " + std::string(verb) + " " + packet_line(packet));
}

void Worker::tell(std::string line) {
  if (is_telling) story.push_back(clock_text(now_) + std::move(line));
}

}  // namespace simulation
