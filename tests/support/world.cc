// SPDX-License-Identifier: Apache-2.0
#include "tests/support/world.h"

#include <algorithm>

#include <fmt/format.h>

#include "broker/base/check.h"
#include "broker/mqtt/decode.h"

namespace support {
namespace {

constexpr std::size_t most_turns = 100'000;

struct Words {
  std::string operator()(const mqtt::Connack& p) const {
    if (p.reason != mqtt::Reason::success)
      return fmt::format("CONNACK refused 0x{:02x}", static_cast<unsigned>(p.reason));
    return p.session_present ? "CONNACK present" : "CONNACK";
  }
  std::string operator()(const mqtt::Publish& p) const {
    std::string text = fmt::format("PUBLISH {}={}", p.topic, base::as_text(p.payload));
    if (p.qos != mqtt::Qos::at_most_once)
      text += fmt::format(" q{} #{}", static_cast<unsigned>(p.qos), p.packet_id);
    if (p.dup) text += " dup";
    if (p.retain) text += " retain";
    return text;
  }
  std::string operator()(const mqtt::Suback& p) const {
    std::string text = fmt::format("SUBACK {}:", p.packet_id);
    for (const mqtt::Reason reason : p.reasons) text += fmt::format(" {:x}", static_cast<unsigned>(reason));
    return text;
  }
  std::string operator()(const mqtt::Unsuback& p) const { return fmt::format("UNSUBACK {}", p.packet_id); }
  std::string operator()(const mqtt::Pingresp&) const { return "PINGRESP"; }
  template <class Other>
  std::string operator()(const Other&) const {
    return "a packet no server sends";
  }
};

std::string_view ack_name(mqtt::PacketType type) {
  switch (type) {
    case mqtt::PacketType::puback:
      return "PUBACK";
    case mqtt::PacketType::pubrec:
      return "PUBREC";
    case mqtt::PacketType::pubrel:
      return "PUBREL";
    default:
      return "PUBCOMP";
  }
}

}  // namespace

Client& Client::connect(const ConnectWords& words) {
  mqtt::Connect connect;
  connect.client_id = id_;
  connect.clean_start = words.clean;
  connect.session_expiry_s = words.clean ? 0 : 0xffffffff;
  connect.keepalive_s = words.keepalive_s;
  if (!words.will_topic.empty()) {
    connect.will =
        mqtt::Will{words.will_topic, base::as_bytes(words.will_payload), words.will_qos, words.will_retain};
  }
  if (!words.user.empty()) connect.user_name = words.user;
  session_ = world_.broker.connect(*this, connect, world_.now, words.proof);
  world_.turn();
  return *this;
}

void Client::publish(std::string_view topic, std::string_view payload, int qos, mqtt::PacketId id,
                     bool retain, bool dup) {
  if (session_ == nullptr) return;
  const mqtt::Publish publish{topic, base::as_bytes(payload), static_cast<mqtt::Qos>(qos), retain, dup, id};
  session_->on_publish(publish, {}, world_.now);
  world_.turn();
}

void Client::subscribe(mqtt::PacketId id, std::string_view filter, int qos) {
  send_in(mqtt::Subscribe{id, {{filter, {.qos = static_cast<mqtt::Qos>(qos)}}}});
}

void Client::unsubscribe(mqtt::PacketId id, std::string_view filter) {
  send_in(mqtt::Unsubscribe{id, {filter}});
}

void Client::send_in(const mqtt::Packet& packet) {
  if (session_ != nullptr) session_->on_packet(packet, world_.now);
  world_.turn();
}

void Client::drop() {
  if (session_ != nullptr)
    std::exchange(session_, nullptr)->on_link_lost(core::CloseReason::connection_lost, world_.now);
  world_.turn();
}

void Client::drain() {
  refused_bytes = 0;
  if (session_ != nullptr) session_->want_work();
  world_.turn();
}

std::string Client::said() { return fmt::format("{}", fmt::join(std::exchange(said_, {}), " | ")); }

void Client::send(const mqtt::Packet& packet) { say(std::visit(Words{}, packet)); }

void Client::ack(mqtt::PacketType type, mqtt::PacketId id) { say(fmt::format("{} {}", ack_name(type), id)); }

/// By way of the bytes, so that what is said is what would have been sent.
void Client::deliver(core::Outgoing& outgoing, const core::Delivery& delivery) {
  const core::Form& form = outgoing.form(delivery);
  std::vector<std::uint8_t> bytes(form.head.begin(), form.head.end());
  bytes.insert(bytes.end(), form.payload.begin(), form.payload.end());
  const auto frame = mqtt::next_frame(bytes, bytes.size());
  CHECK(frame && *frame && (*frame)->bytes.size() == bytes.size());
  const auto publish = mqtt::decode_publish(**frame, mqtt::Version::v311);
  CHECK(publish);
  say(Words{}(*publish));
}

void Client::hold(core::Sequence until) {
  if (world_.journal != nullptr && until > world_.journal->kept()) held_until_ = std::max(held_until_, until);
}

void Client::say(std::string text) {
  if (held_until_ == 0) {
    said_.push_back(std::move(text));
  } else {
    withheld_.emplace_back(held_until_, std::move(text));
  }
}

void Client::release(core::Sequence kept) {
  if (held_until_ <= kept) held_until_ = 0;
  while (!withheld_.empty() && withheld_.front().first <= kept) {
    said_.push_back(std::move(withheld_.front().second));
    withheld_.erase(withheld_.begin());
  }
}

void Client::close(core::CloseReason reason, std::string_view) {
  session_ = nullptr;
  said_.push_back(fmt::format("CLOSED {}", core::name_of(reason)));
}

World::World(const core::Limits& limits_in, MemoryJournal* journal_in, const core::Authority* authority)
    : limits(limits_in),
      log(base::Level::debug, base::LogFormat::text,
          [this](base::Level, std::string_view line) { log_lines.emplace_back(line); }),
      journal(journal_in),
      broker({.limits = limits,
              .turn = arena,
              .log = log,
              .new_client_id = [] { return std::string("assigned"); },
              .commons = commons,
              .journal = journal_in,
              .authority = authority}) {}

void World::keep() {
  journal->keep();
  for (const auto& each : clients_) each->release(journal->kept());
}

void World::restore(const core::Restored& kept) {
  commons.last_key = kept.last_key;
  commons.last_stamp = kept.last_stamp;
  for (const core::RestoredSession& each : kept.sessions) broker.restore(each, now);
  for (const core::RestoredRetained& each : kept.retained) broker.restore(each);
  for (const core::RestoredWill& each : kept.wills) broker.restore(each, now);
  turn();
}

Client& World::client(std::string id) {
  clients_.push_back(std::make_unique<Client>(*this, std::move(id)));
  return *clients_.back();
}

void World::pass(base::Duration duration) {
  const base::TimePoint until = now + duration;
  while (const auto next = broker.next_deadline()) {
    if (*next > until) break;
    now = std::max(now, *next);
    broker.on_time(now);
    turn();
  }
  now = until;
}

std::size_t World::review() {
  std::size_t turns = 1;
  broker.start_review();
  for (; broker.review(now); ++turns) turn();
  turn();
  return turns;
}

void World::turn() {
  for (std::size_t turns = 0;; ++turns) {
    CHECK(turns < most_turns);
    const bool has_more = broker.work(now);
    broker.end_turn();
    most_arena = std::max(most_arena, arena.used());
    arena.reset();  // the flush: a view kept longer now reads nonsense
    broker.after_flush();
    if (journal != nullptr) journal->post();
    if (!has_more) return;
  }
}

}  // namespace support
