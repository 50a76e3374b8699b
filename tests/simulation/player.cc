// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/player.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "broker/mqtt/encode.h"
#include "tests/support/wire.h"

namespace simulation {
namespace {

using mqtt::Qos;

/// Much overlap, every kind of level, and both kinds of `$`.
constexpr std::array<std::string_view, 16> topics = {"a",       "b",      "a/b",     "a/b", "a/b/c", "b/b",
                                                     "a/b/c/d", "/a",     "a/b/",    "b/c", "b/b",   "a",
                                                     "$x",      "$x/a/b", "$SYS/up", "a/c"};
constexpr std::array<std::string_view, 2> deep_topics = {"a/b/c/d/e/f", "//////"};
constexpr std::uint8_t deep_from = 252;  // choices from here on are deeper than the limit
constexpr std::array<std::string_view, 16> filters = {"#",      "+",     "a/#",   "+/b",        "a/+", "a/b",
                                                      "+/+",    "a/+/c", "a/b/#", "a",          "+/#", "$x/#",
                                                      "$SYS/#", "b/+",   "+/+/#", "a/+/c/d/+/f"};
constexpr std::array<std::size_t, 8> payload_sizes = {0, 4, 4, 4, 40, 600, 3000, 40'000};
constexpr std::array<std::uint16_t, 8> keepalives_s = {0, 0, 0, 0, 1, 4, 10, 30};

template <std::size_t count>
std::string_view one_of(const std::array<std::string_view, count>& words, std::uint8_t choice) {
  return words[choice % count];
}

std::string_view topic_of(std::uint8_t choice) {
  return choice < deep_from ? one_of(topics, choice) : one_of(deep_topics, choice);
}
Qos qos_of(std::uint8_t choice) { return static_cast<Qos>(choice % 3); }
/// Few, so that they are used again while they are still taken.
mqtt::PacketId id_of(std::uint8_t choice) { return static_cast<mqtt::PacketId>(1 + choice % 6); }

/// No two are the same, but the empty ones.
std::string make_payload(Worker& worker, std::uint8_t choice) {
  const std::size_t size = payload_sizes[choice % payload_sizes.size()];
  if (size == 0) return {};
  std::string payload = std::to_string(++worker.payloads) + '.';
  while (payload.size() < size) payload += static_cast<char>('a' + payload.size() % 23);
  return payload;
}

mqtt::Packet ack_of(std::uint8_t kind, mqtt::PacketId id) {
  switch (kind % 4) {
    case 0:
      return mqtt::Puback{id};
    case 1:
      return mqtt::Pubrec{id};
    case 2:
      return mqtt::Pubrel{id};
    default:
      return mqtt::Pubcomp{id};
  }
}

struct AckId {
  template <class Packet>
  mqtt::PacketId operator()(const Packet& packet) const {
    if constexpr (requires { packet.packet_id; }) return packet.packet_id;
    return 0;
  }
};
mqtt::PacketId id_of(const mqtt::Packet& ack) { return std::visit(AckId{}, ack); }

/// Each breaks one rule of 3.1.1; docs/conformance.md says of each that it ends the connection.
constexpr std::array<std::string_view, 12> malformed_packets = {
    "00 00",                      // reserved type
    "40 02 00 00",                // PUBACK 0
    "60 02 00 01",                // PUBREL without its flags
    "38 04 00 01 'a' 'x'",        // DUP at QoS 0
    "36 06 00 01 'a' 00 01 'x'",  // QoS 3
    "32 05 00 01 'a' 00 00",      // PUBLISH id 0
    "30 03 00 01 '+'",            // a wildcard in a topic
    "82 06 00 00 00 01 'a' 00",   // SUBSCRIBE id 0
    "82 02 00 01",                // SUBSCRIBE without a filter
    "82 07 00 01 00 02 '#a' 00",  // a filter against the rules
    "30 ff ff ff ff 01",          // five length bytes
    "30 04 00 02 c0 80"};         // no UTF-8

}  // namespace

void Player::on_packet(const mqtt::Packet& packet) {
  if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) {
    if (publish->qos == Qos::at_least_once) owed_.push_back(mqtt::Puback{publish->packet_id});
    if (publish->qos == Qos::exactly_once) owed_.push_back(mqtt::Pubrec{publish->packet_id});
  } else if (const auto* pubrec = std::get_if<mqtt::Pubrec>(&packet)) {
    owed_.push_back(mqtt::Pubrel{pubrec->packet_id});
  } else if (const auto* pubrel = std::get_if<mqtt::Pubrel>(&packet)) {
    owed_.push_back(mqtt::Pubcomp{pubrel->packet_id});
  }
}

void Player::play(const Act& act) {
  if (!is_open()) {
    // Away for a while, and then back, whatever it was about to do.
    if (act.kind == Kind::connect || act.way % 4 == 0) connect(act);
    return;
  }
  switch (act.kind) {
    case Kind::publish:
      return publish(act);
    case Kind::subscribe:
      return subscribe(act);
    case Kind::unsubscribe:
      return unsubscribe(act);
    case Kind::answer:
      return answer(act);
    case Kind::answer_all:
      for (const mqtt::Packet& packet : std::exchange(owed_, {})) put(packet);
      return go(act.way);
    case Kind::stray_ack:
      return stray_ack(act);
    case Kind::pubrel_storm:
      return pubrel_storm();
    case Kind::ping:
      put(mqtt::Pingreq{});
      return go(act.way);
    case Kind::disconnect:
      return send(mqtt::Disconnect{});
    case Kind::lose:
      return lose(act);
    case Kind::malformed:
      return malformed(act);
    case Kind::impossible:
      return impossible(act);
    case Kind::stall:
      return connection_->stall();
    case Kind::take_some:
      return connection_->take_some();
    case Kind::drain:
      return connection_->drain();
    case Kind::connect:
      return act.way % 3 == 0 ? connect(act) : void();
    case Kind::others:
    case Kind::pass:
    case Kind::end_:
      return;
  }
}

void Player::connect(const Act& act) {
  const auto [how, topic, size] = act.choice;
  mqtt::Connect connect;
  connect.clean_start = how % 3 == 0;
  connect.session_expiry_s = connect.clean_start ? 0 : 0xffffffff;
  connect.keepalive_s = keepalives_s[(how >> 5U) % keepalives_s.size()];
  connect.client_id = how == 1 ? std::string_view{} : client_id_;  // once in 256: an id refused
  const std::string payload = make_payload(worker_, size);
  if (how / 3 % 2 == 0) {
    connect.will =
        mqtt::Will{topic_of(topic), base::as_bytes(payload), qos_of(topic >> 4U), (size & 0x10U) != 0};
  }
  this->connect(connect);
}

void Player::connect(const mqtt::Connect& connect) {
  const auto old = std::exchange(connection_, worker_.accept(*this));
  owed_.clear();
  unsent_.clear();
  put(connect);
  deliver(unsent_.size());
  // With another client id this was no takeover: then the old one just goes.
  if (old != nullptr && old->is_open()) old->lose();
}

void Player::publish(const Act& act) {
  const auto [what, topic, how] = act.choice;
  const std::string payload = make_payload(worker_, what);
  mqtt::Publish publish;
  publish.topic = topic_of(topic);
  publish.payload = base::as_bytes(payload);
  publish.qos = qos_of(how);
  publish.retain = (what & 0x18U) == 0x08U;
  if (publish.qos != Qos::at_most_once) {
    publish.packet_id = id_of(topic >> 4U);
    publish.dup = (what & 0x80U) != 0;
  }
  put(publish);
  go(act.way);
}

void Player::subscribe(const Act& act) {
  mqtt::Subscribe subscribe{.packet_id = id_of(act.choice[2]), .entries = {}};
  const std::size_t count = 1 + act.choice[2] / 64 % 3;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t choice = act.choice[i];
    subscribe.entries.push_back({one_of(filters, choice), {.qos = qos_of(choice >> 4U)}});
  }
  put(subscribe);
  go(act.way);
}

void Player::unsubscribe(const Act& act) {
  put(mqtt::Unsubscribe{id_of(act.choice[2]),
                        {one_of(filters, act.choice[0]), one_of(filters, act.choice[1])}});
  go(act.way);
}

/// Mostly the oldest, as a client should; one in four is not forgotten and may be sent again.
void Player::answer(const Act& act) {
  if (owed_.empty()) return;
  const std::size_t at = act.choice[0] % 4 == 0 ? act.choice[1] % owed_.size() : 0;
  put(owed_[at]);
  if (act.choice[2] % 4 != 0) owed_.erase(owed_.begin() + static_cast<std::ptrdiff_t>(at));
  go(act.way);
}

/// Any kind for an id that is under way, or for one that may never have been: the broker's begin at 1.
void Player::stray_ack(const Act& act) {
  const auto [kind, which, how] = act.choice;
  auto id = static_cast<mqtt::PacketId>(1 + which);
  if (how % 2 == 0 && !owed_.empty()) id = id_of(owed_[which % owed_.size()]);
  put(ack_of(kind, id));
  go(act.way);
}

void Player::pubrel_storm() {
  for (std::uint8_t i = 0; i < 8; ++i) put(mqtt::Pubrel{id_of(i)});
  go(0);
}

void Player::lose(const Act& act) {
  deliver(act.choice[0] % (unsent_.size() + 1));
  connection_->lose();
}

void Player::malformed(const Act& act) {
  unsent_.put(support::wire(one_of(malformed_packets, act.choice[0])));
  deliver(unsent_.size());
}

void Player::impossible(const Act& act) {
  mqtt::Connect again;
  again.client_id = client_id_;
  switch (act.choice[0] % 3) {
    case 0:
      return send(mqtt::Pingresp{});
    case 1:
      return send(mqtt::Suback{1, {mqtt::Reason::success}});
    default:
      return send(again);
  }
}

void Player::send_raw(base::Bytes bytes) {
  if (!is_open()) {
    connection_ = worker_.accept(*this);
    owed_.clear();
    unsent_.clear();
  }
  unsent_.put(bytes);
  deliver(unsent_.size());
}

bool Player::answer_all() {
  if (!is_open() || owed_.empty()) return false;
  for (const mqtt::Packet& packet : std::exchange(owed_, {})) send(packet);
  return true;
}

void Player::send(const mqtt::Packet& packet) {
  put(packet);
  deliver(unsent_.size());
}

void Player::put(const mqtt::Packet& packet) { mqtt::encode(packet, mqtt::Version::v311, unsent_); }

/// The first `count` bytes get to the broker.
void Player::deliver(std::size_t count) {
  const std::vector<std::uint8_t> bytes(unsent_.bytes().begin(), unsent_.bytes().end());
  unsent_.clear();
  connection_->take(base::Bytes(bytes).first(count));
  unsent_.put(base::Bytes(bytes).subspan(count));
  if (!is_open()) unsent_.clear();
}

/// At once, in two turns, or together with what is sent later.
void Player::go(std::uint8_t way) {
  if (way % 4 == 1) return;
  if (way % 4 == 2) {
    deliver(way % (unsent_.size() + 1));
    worker_.turn();
    if (!is_open()) return;
  }
  deliver(unsent_.size());
}

}  // namespace simulation
