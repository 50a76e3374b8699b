// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "tests/simulation/player.h"

namespace simulation {
namespace {

/// Each client acts at times of its own, modulo this: no two deadlines ever fall together, for every
/// keep-alive and the session expiry are multiples of it.
constexpr std::int64_t times_ms = 20;
constexpr std::size_t most_rounds = 1000;

/// Between them they match every topic, and nothing twice.
constexpr std::array<std::string_view, 3> everything = {"#", "$x/#", "$SYS/#"};
constexpr std::array<std::string_view, 6> probes = {"a", "b/b", "a/b", "a/b/c/d", "$x/a/b", "/a"};

mqtt::Connect clean(std::string_view client_id) {
  mqtt::Connect connect;
  connect.client_id = client_id;
  return connect;
}

mqtt::Connect lasting(std::string_view client_id) {
  mqtt::Connect connect = clean(client_id);
  connect.clean_start = false;
  connect.session_expiry_s = 0xffffffff;
  return connect;
}

}  // namespace

Run::Run(const Setup& setup, bool is_telling) : worker_(setup.limits) {
  worker_.is_telling = is_telling;
  for (std::size_t i = 0; i < setup.clients; ++i) {
    players_.push_back(std::make_unique<Player>(worker_, std::string(1, static_cast<char>('a' + i))));
  }
}

void Run::play(const Act& act) {
  if (!fault().empty()) return;
  if (act.kind == Kind::pass) return pass(act);
  const std::size_t client = act.client % players_.size();
  wait_for_turn_of(client);
  // A session that ended within the turn still counts against the limit; the model does not know of turns.
  if (worker_.limits().sessions < core::Limits{}.sessions) worker_.turn();
  if (act.kind == Kind::others) {
    worker_.serve_others(act.choice[0]);
  } else {
    players_[client]->play(act);
  }
  const bool turn_goes_on = act.way >= 192;  // what comes next is in the same turn
  if (!turn_goes_on) worker_.turn();
}

void Run::send_raw(std::size_t client, base::Bytes bytes) {
  if (!fault().empty()) return;
  wait_for_turn_of(client % players_.size());
  worker_.turn();
  players_[client % players_.size()]->send_raw(bytes);
  worker_.turn();
}

/// Mostly seconds; sometimes longer than any session lasts.
void Run::pass(const Act& act) {
  const int factor = act.choice[0] % 16 == 0 ? 1000 : act.choice[0] % 4 == 0 ? 100 : 10;
  worker_.pass_to(worker_.now() + base::Duration(act.choice[1] * factor));
  worker_.turn();
}

void Run::wait_for_turn_of(std::size_t client) {
  const std::int64_t now = worker_.now().time_since_epoch().count();
  const std::int64_t own = static_cast<std::int64_t>(client);
  worker_.pass_to(base::TimePoint(base::Duration((now / times_ms + 1) * times_ms + own)));
}

void Run::finish() {
  if (fault().empty()) worker_.turn();
  bring_everybody_back();
  answer_until_quiet();
  look_at_everything();
  answer_until_quiet();
  if (fault().empty() && worker_.model().undelivered_count() != 0) {
    worker_.fail("something is left that nobody was sent");
  }
  send_everybody_away();
}

/// Sessions that lasted are resumed, the others begin anew.
void Run::bring_everybody_back() {
  for (std::size_t i = 0; i < players_.size() && fault().empty(); ++i) {
    wait_for_turn_of(i);
    players_[i]->connect(lasting(players_[i]->client_id()));
    worker_.turn();
  }
}

/// A client that wants everything retained, and one that publishes to find out who is subscribed.
void Run::look_at_everything() {
  for (const bool is_reader : {true, false}) {
    if (!fault().empty()) return;
    wait_for_turn_of(players_.size());
    players_.push_back(std::make_unique<Player>(worker_, is_reader ? "reader" : "writer"));
    Player& player = *players_.back();
    player.connect(clean(player.client_id()));
    worker_.turn();
    for (const std::string_view text : everything) {
      if (is_reader) player.send(mqtt::Subscribe{1, {{text, {.qos = mqtt::Qos::exactly_once}}}});
      worker_.turn();
      answer_until_quiet();
    }
  }
  mqtt::PacketId id = 0;
  for (const std::string_view topic : probes) {
    if (!fault().empty()) return;
    mqtt::Publish publish{.topic = topic, .payload = base::as_bytes(topic)};
    publish.qos = mqtt::Qos::exactly_once;
    publish.packet_id = ++id;
    players_.back()->send(publish);
    worker_.turn();
    answer_until_quiet();
  }
}

void Run::answer_until_quiet() {
  bool has_more = true;
  for (std::size_t round = 0; has_more && fault().empty(); ++round) {
    if (round == most_rounds) return worker_.fail("messages without end");
    has_more = false;
    for (const auto& player : players_) has_more = player->answer_all() || has_more;
    worker_.turn();
  }
}

void Run::send_everybody_away() {
  for (std::size_t i = 0; i < players_.size() && fault().empty(); ++i) {
    wait_for_turn_of(i);
    players_[i]->connect(clean(players_[i]->client_id()));
    if (players_[i]->is_open()) players_[i]->send(mqtt::Disconnect{});
    worker_.turn();
  }
}

}  // namespace simulation
