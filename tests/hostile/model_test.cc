// SPDX-License-Identifier: Apache-2.0
// The broker against a model of it (F13): random steps of a few clients, and after each the messages of every
// client compared with what the standard says it gets.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>

#include <catch2/catch.hpp>
#include <sys/socket.h>

#include "tests/hostile/packets.h"
#include "tests/hostile/siege.h"
#include "tests/support/naive_match.h"
#include "tests/support/socket_client.h"

using hostile::Bytes;
using support::SocketClient;
namespace connect_flag = hostile::connect_flag;
namespace packet_type = hostile::packet_type;

namespace {

constexpr std::size_t clients = 6;

/// What a client heard or should hear: "TOPIC PAYLOAD qQOS" and " retained".
using Inbox = std::multiset<std::string>;

std::string heard(const std::string& topic, const std::string& payload, unsigned qos, bool retain) {
  return topic + " " + payload + " q" + std::to_string(qos) + (retain ? " retained" : "");
}

struct Packet {
  std::uint8_t first = 0;
  Bytes body;
};

/// One well-behaved client's socket: acknowledges what it gets.
class Player {
 public:
  explicit Player(std::uint16_t port) : socket_(port) {}

  /// 0 or 1 for session present; none: refused.
  std::optional<int> connect(const std::string& id, bool clean) {
    send(hostile::connect(id, {.flags = clean ? connect_flag::clean_session : std::uint8_t{0}}));
    const Packet connack = receive();
    if (connack.first != packet_type::connack || connack.body.size() != 2 || connack.body[1] != 0) return {};
    return connack.body[0];
  }
  void send(const Bytes& packet) { socket_.send(packet); }

  /// Everything that comes until nothing more is under way; false: the connection is lost.
  bool settle(Inbox& inbox) {
    std::size_t came = 1;
    while (came > 0) {
      came = 0;
      send(hostile::pingreq());
      for (Packet packet = receive(); packet.first != packet_type::pingresp; packet = receive()) {
        if (packet.first == 0) return false;
        ++came;
        answer(packet, inbox);
      }
    }
    return true;
  }
  /// After the broker has noticed: the connection is over.
  void leave(bool politely) {
    if (politely) send(hostile::frame(packet_type::disconnect, {}));
    if (!politely) shutdown(socket_.fd(), SHUT_WR);
    CHECK(socket_.is_closed());
  }
  bool is_closed() { return socket_.is_closed(); }

 private:
  /// All zero: nothing came.
  Packet receive() {
    Packet packet;
    const Bytes first = socket_.receive(1);
    if (first.empty()) return packet;
    std::size_t length = 0;
    for (unsigned shift = 0;; shift += 7) {
      const Bytes digit = socket_.receive(1);
      if (digit.empty()) return packet;
      length |= static_cast<std::size_t>(digit[0] & 0x7fU) << shift;
      if (digit[0] < 0x80) break;
    }
    packet.body = socket_.receive(length);
    if (packet.body.size() == length) packet.first = first[0];
    return packet;
  }

  void answer(const Packet& packet, Inbox& inbox) {
    const auto type = static_cast<std::uint8_t>(packet.first & 0xf0U);
    if (type == packet_type::publish) return take(packet, inbox);
    const std::uint16_t id = number_at(packet.body, 0);
    if (type == packet_type::pubrec) send(hostile::ack(packet_type::pubrel, id));
    if (packet.first == packet_type::pubrel) send(hostile::ack(packet_type::pubcomp, id));
  }

  void take(const Packet& packet, Inbox& inbox) {
    const unsigned qos = packet.first >> 1U & 3U;
    const std::size_t topic_end = 2U + number_at(packet.body, 0);
    const std::string text(packet.body.begin() + 2, packet.body.end());
    const std::string topic = text.substr(0, topic_end - 2);
    const std::string payload = text.substr(topic.size() + (qos == 0 ? 0 : 2));
    inbox.insert(heard(topic, payload, qos, (packet.first & 1U) != 0));
    if (qos == 1) send(hostile::ack(packet_type::puback, number_at(packet.body, topic_end)));
    if (qos == 2) send(hostile::ack(packet_type::pubrec, number_at(packet.body, topic_end)));
  }

  static std::uint16_t number_at(const Bytes& bytes, std::size_t at) {
    return at + 1 < bytes.size() ? static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1])
                                 : std::uint16_t{0};
  }

  SocketClient socket_;
};

/// What the standard says of one client id.
struct Model {
  bool has_session = false;
  bool is_lasting = false;
  std::map<std::string, unsigned> filters;
  Inbox waiting;   // for an absent client
  Inbox expected;  // since the last look
};

struct RetainedMessage {
  std::string payload;
  unsigned qos = 0;
};

class Game {
 public:
  Game(std::uint16_t port, unsigned seed) : port_(port), random_(seed) {}

  /// One step of one client, and every inbox compared.
  void step() {
    const std::size_t who = any(clients);
    last_step_ += " | " + std::to_string(who);
    if (!players_[who] || any(20) == 0) {
      join(who, any(2) == 0);
    } else {
      act(who);
    }
    INFO(last_step_.substr(last_step_.size() - std::min<std::size_t>(last_step_.size(), 2000)));
    compare();
  }

 private:
  std::size_t any(std::size_t count) { return random_() % count; }

  std::string any_topic() {
    static const std::vector<std::string> topics = {"a", "a/b", "a/b/c", "/a",  "a/",
                                                    "b", "b/c", "$x",    "$x/y"};
    return topics[any(topics.size())];
  }
  std::string any_filter() {
    static const std::vector<std::string> filters = {"#",   "+",     "a",   "a/#",  "a/+", "+/b",
                                                     "a/b", "a/b/c", "+/+", "/+",   "+/",  "/#",
                                                     "b/#", "a/+/c", "$x",  "$x/#", "+/#"};
    return filters[any(filters.size())];
  }

  void act(std::size_t who) {
    const std::size_t what = any(12);
    if (what < 6) return publish(who);
    if (what < 9) return subscribe(who);
    if (what < 11) return unsubscribe(who);
    leave(who, any(2) == 0);
  }

  /// Also where there is a connection already: that is a takeover.
  void join(std::size_t who, bool clean) {
    last_step_ += clean ? " joins clean" : " joins";
    Model& model = models_[who];
    auto player = std::make_unique<Player>(port_);
    const auto present = player->connect("f13-" + std::to_string(who), clean);
    const bool goes_on = model.has_session && model.is_lasting && !clean;
    CHECK(present == (goes_on ? 1 : 0));
    if (players_[who]) CHECK(players_[who]->is_closed());
    players_[who] = std::move(player);
    if (!goes_on) model = {};
    model.has_session = true;
    model.is_lasting = !clean;
    model.expected.merge(model.waiting);
    model.waiting.clear();
  }

  void leave(std::size_t who, bool politely) {
    last_step_ += politely ? " leaves" : " is lost";
    players_[who]->leave(politely);
    players_[who].reset();
    if (!models_[who].is_lasting) models_[who] = {};
  }

  void publish(std::size_t who) {
    const std::string topic = any_topic();
    const auto qos = static_cast<std::uint8_t>(any(3));
    const bool retain = any(4) == 0;
    const std::string payload = retain && any(3) == 0 ? "" : std::to_string(++messages_);
    last_step_ += " publishes " + heard(topic, payload, qos, retain);
    players_[who]->send(hostile::publish(topic, payload, {.qos = qos, .id = 1, .retain = retain}));
    if (retain) retained_[topic] = {payload, qos};
    if (payload.empty()) retained_.erase(topic);
    for (std::size_t other = 0; other < clients; ++other) pass_on(other, topic, payload, qos);
  }

  void pass_on(std::size_t who, const std::string& topic, const std::string& payload, unsigned qos) {
    Model& model = models_[who];
    std::optional<unsigned> granted;
    for (const auto& [filter, most] : model.filters) {
      if (support::naive_match(filter, topic)) granted = std::max(granted.value_or(0), most);
    }
    if (!granted) return;
    const unsigned sent = std::min(qos, *granted);
    const std::string text = heard(topic, payload, sent, false);
    if (players_[who]) {
      model.expected.insert(text);
    } else if (sent > 0) {
      model.waiting.insert(text);
    }
  }

  void subscribe(std::size_t who) {
    const std::string filter = any_filter();
    const auto qos = static_cast<std::uint8_t>(any(3));
    last_step_ += " subscribes " + filter + " q" + std::to_string(qos);
    players_[who]->send(hostile::subscribe(2, {filter}, qos));
    models_[who].filters[filter] = qos;
    for (const auto& [topic, message] : retained_) {
      if (!support::naive_match(filter, topic)) continue;
      models_[who].expected.insert(heard(topic, message.payload, std::min<unsigned>(message.qos, qos), true));
    }
  }

  void unsubscribe(std::size_t who) {
    const std::string filter = any_filter();
    last_step_ += " unsubscribes " + filter;
    players_[who]->send(hostile::unsubscribe(3, {filter}));
    models_[who].filters.erase(filter);
  }

  /// Twice round: what the last one's acknowledgement set free may be for the first.
  void compare() {
    std::array<Inbox, clients> inboxes;
    for (int round = 0; round < 2; ++round) {
      for (std::size_t who = 0; who < clients; ++who) {
        if (players_[who]) CHECK(players_[who]->settle(inboxes[who]));
      }
    }
    for (std::size_t who = 0; who < clients; ++who) {
      INFO("client " << who);
      CHECK(inboxes[who] == models_[who].expected);
      models_[who].expected.clear();
    }
  }

  std::uint16_t port_;
  std::mt19937 random_;
  std::array<std::unique_ptr<Player>, clients> players_;
  std::array<Model, clients> models_;
  std::map<std::string, RetainedMessage> retained_;
  std::size_t messages_ = 0;
  std::string last_step_;
};

}  // namespace

TEST_CASE("F13: random steps of six clients, each compared with a model of the standard") {
  for (unsigned seed = 0; seed < hostile::scaled(4, 100); ++seed) {
    CAPTURE(seed);
    hostile::Siege siege;
    Game game(siege.port(), seed);
    for (int step = 0; step < 300; ++step) game.step();
    siege.check_survived();
  }
}
