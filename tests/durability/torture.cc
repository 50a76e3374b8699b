// SPDX-License-Identifier: Apache-2.0
#include "tests/durability/torture.h"

#include <algorithm>
#include <array>

#include <poll.h>

#include "tests/support/socket_client.h"

namespace durability {
namespace {

/// Who takes part. Chances are of a hundred.
struct Character {
  bool is_lasting = true;
  bool has_will = false;
  bool is_slow = false;         // reads and writes little and seldom
  std::uint32_t publishes = 0;  // its share of the traffic
  std::uint32_t away = 0;       // the chance to stay away for a round
  std::uint32_t forgets = 0;    // the chance that a lasting one comes with a clean session
};

constexpr Character characters[] = {
    {.has_will = true, .publishes = 3},
    {.publishes = 3},
    {.has_will = true, .publishes = 2, .forgets = 10},
    {.is_slow = true, .publishes = 2},
    {.is_lasting = false, .publishes = 2},
    {.is_lasting = false, .has_will = true, .publishes = 1},
    {},
    {.has_will = true},
    {.is_slow = true},
    {.has_will = true, .is_slow = true, .away = 20},
    {.away = 60},
    {.away = 60},
    {.has_will = true, .forgets = 40},
    {.is_lasting = false},
};
constexpr std::size_t client_count = std::size(characters);

constexpr std::array<const char*, 12> filters = {"t/0", "t/1", "t/2", "t/3", "t/+", "t/#",
                                                 "+/1", "w/#", "w/1", "r/#", "#",   "t/2/#"};
constexpr std::uint32_t topic_count = 5;
constexpr std::uint32_t retained_per_client = 3;
constexpr std::size_t most_pending = 60;
constexpr std::size_t slow_read_bytes = 200;
constexpr std::size_t fast_read_bytes = 65536;
constexpr std::uint32_t slow_chance = 20;
/// Nothing from the broker for so long, and it does not come any more.
constexpr auto patience = std::chrono::seconds(4);
constexpr std::size_t log_tail_bytes = 2000;

}  // namespace

Torture::Torture(const Plan& plan) : plan_(plan), random_(plan.seed) {
  for (ClientNumber number = 0; number < client_count; ++number) {
    clients_.push_back(std::make_unique<Client>(number, checker_));
  }
}

std::vector<Fault> Torture::run() {
  for (int number = 0; number < plan_.rounds && start(); ++number) round();
  if (start()) settle();
  if (program_ && program_->is_running() && program_->stop() != 0) {
    faults_.push_back({FaultKind::protocol, "the broker did not end with exit code 0"});
  }
  for (const auto& client : clients_) client->drop();
  std::vector<Fault> faults = checker_.close();
  faults.insert(faults.end(), faults_.begin(), faults_.end());
  return faults;
}

/// True when it runs.
bool Torture::start() {
  if (program_ && program_->is_running()) return true;
  program_.emplace(data_dir_.settings(plan_.workers));
  if (program_->port() != 0) return true;
  faults_.push_back({FaultKind::protocol, "the broker does not start"});
  return false;
}

void Torture::round() {
  audit();
  connect_some();
  const bool is_hasty = by_chance(20);  // traffic, and perhaps the end, while they are still coming back
  if (!is_hasty) await_clients();
  traffic();
  end_round();
}

void Torture::connect_some() {
  for (std::size_t i = 0; i < client_count; ++i) {
    if (!by_chance(characters[i].away)) greet(i, by_chance(characters[i].forgets));
  }
}

void Torture::greet(std::size_t client, bool is_clean) {
  const Character& character = characters[client];
  clients_[client]->connect(program_->port(), is_clean || !character.is_lasting, character.has_will);
}

void Torture::traffic() {
  for (std::uint32_t bursts = 20 + random(60); bursts > 0; --bursts) {
    for (std::uint32_t acts = random(12); acts > 0; --acts) act();
    if (by_chance(80)) pump(by_chance(50) ? 1 : 0);
  }
  // The last burst is out or not, its answers have come or not.
  for (std::uint32_t rounds = random(3); rounds > 0; --rounds) pump(1);
}

void Torture::act() {
  const std::uint32_t number = random(client_count);
  Client& client = *clients_[number];
  if (!client.is_connected()) return;
  const std::uint32_t choice = random(100);
  if (choice < 12) return change_subscription(client);
  if (choice < 14) return come_and_go(client, number);
  if (characters[number].publishes == 0 || client.pending_count() > most_pending) return;
  if (choice < 30) return change_retained(client, number);
  publish_some(client);
}

void Torture::publish_some(Client& client) {
  constexpr std::uint32_t most_bytes = 300;
  for (std::uint32_t count = 1 + random(6); count > 0; --count) {
    client.publish({.topic = "t/" + std::to_string(random(topic_count)),
                    .qos = by_chance(10) ? 0 : 1 + static_cast<int>(random(2)),
                    .bytes = smallest_payload + random(most_bytes)});
  }
}

/// Each topic has one publisher and one QoS, so that its last value is no matter of opinion.
void Torture::change_retained(Client& client, std::size_t number) {
  const std::uint32_t place = random(retained_per_client);
  client.publish({.topic = "r/" + std::to_string(number) + "/" + std::to_string(place),
                  .qos = 1 + static_cast<int>(place % 2),
                  .is_retained = true,
                  .bytes = by_chance(30) ? 0 : smallest_payload + random(60)});
}

void Torture::change_subscription(Client& client) {
  if (!client.may_subscribe()) return;
  const std::string filter = filters[random(filters.size())];
  if (by_chance(30)) return client.unsubscribe(filter);
  client.subscribe(filter, by_chance(8) ? 0 : 1 + static_cast<int>(random(2)));
}

void Torture::come_and_go(Client& client, std::size_t number) {
  if (by_chance(50)) {
    client.drop();
  } else {
    client.disconnect();
  }
  greet(number, by_chance(characters[number].forgets));
}

void Torture::end_round() {
  // Of two CONNECTs of one client that are under way at once either may be the later one for the broker.
  if (plan_.ending == Ending::losses) await_clients();
  for (const auto& client : clients_) client->foresee_loss();
  if (plan_.ending == Ending::kill) {
    program_->kill_now();
    checker_.killed();
  }
  if (plan_.ending == Ending::stop && program_->stop() != 0) {
    faults_.push_back({FaultKind::protocol, "SIGTERM did not end the broker with exit code 0"});
    program_->kill_now();
  }
  for (const auto& client : clients_) {
    if (plan_.ending != Ending::losses && by_chance(60)) {
      client->hear_out();
    } else {
      client->drop();
    }
  }
}

/// All come back to their sessions; what is owed has come, and what comes behind it would be seen.
void Torture::settle() {
  is_settling_ = true;
  audit();
  connect_all();
  const auto is_quiet = [](const auto& client) { return client->is_settled(); };
  pump_until([&] { return std::ranges::all_of(clients_, is_quiet); });
  std::vector<Checker::Owed> owed = checker_.owed();
  pump_until([&] {
    std::erase_if(owed, [&](const Checker::Owed& each) { return checker_.has_arrived(each); });
    return owed.empty();
  });
  for (int times = 0; times < 3; ++times) {
    for (const auto& client : clients_) {
      if (client->is_open()) client->ping();
    }
    pump_until([&] {
      return std::ranges::all_of(clients_,
                                 [](const auto& client) { return client->unanswered_pings() == 0; });
    });
  }
  audit();
}

/// Who has no lasting session would disturb the last look at what is retained.
void Torture::connect_all() {
  for (std::size_t i = 0; i < client_count; ++i) {
    if (characters[i].is_lasting) greet(i, false);
  }
  await_clients();
}

/// Until all who have sent CONNECT have their answer.
void Torture::await_clients() {
  const auto is_here = [](const auto& client) { return !client->is_open() || client->is_connected(); };
  pump_until([&] { return std::ranges::all_of(clients_, is_here); });
}

void Torture::audit() {
  for (const Fault& fault : checker_.judge_retained(retained_at(program_->port()))) faults_.push_back(fault);
}

bool Torture::is_slow(std::size_t client) const { return characters[client].is_slow && !is_settling_; }

void Torture::pump(int timeout_ms) {
  std::vector<pollfd> waiting;
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < client_count; ++i) {
    if (!clients_[i]->is_open() || (is_slow(i) && !by_chance(slow_chance))) continue;
    const int writing = clients_[i]->has_to_write() ? POLLOUT : 0;
    waiting.push_back(
        {.fd = clients_[i]->fd(), .events = static_cast<short>(POLLIN | writing), .revents = 0});
    numbers.push_back(i);
  }
  poll(waiting.data(), waiting.size(), timeout_ms);
  for (std::size_t at = 0; at < numbers.size(); ++at) {
    Client& client = *clients_[numbers[at]];
    const int events = waiting[at].revents;
    if ((events & POLLOUT) != 0) client.write();
    if ((events & ~POLLOUT) == 0) continue;
    client.read(is_slow(numbers[at]) ? slow_read_bytes : fast_read_bytes);
  }
}

bool Torture::pump_until(const std::function<bool()>& is_done) {
  std::size_t heard_before = heard();
  auto give_up = Clock::now() + patience;
  while (!is_done()) {
    if (Clock::now() > give_up) return false;
    pump(2);
    if (heard() != heard_before) give_up = Clock::now() + patience;
    heard_before = heard();
  }
  return true;
}

std::size_t Torture::heard() const {
  std::size_t sum = 0;
  for (const auto& client : clients_) sum += client->heard();
  return sum;
}

std::string Torture::summary() const {
  return std::to_string(checker_.acknowledged_count()) + " messages acknowledged, " +
         std::to_string(checker_.arrived_count()) + " arrivals in " + std::to_string(plan_.rounds) +
         " rounds";
}

std::string Torture::log_tail() const {
  const std::string log = program_ ? program_->log() : "";
  return log.size() < log_tail_bytes ? log : log.substr(log.size() - log_tail_bytes);
}

std::map<std::string, std::string> retained_at(std::uint16_t port) {
  std::map<std::string, std::string> found;
  support::SocketClient auditor(port);
  if (!auditor.connect("auditor")) return found;
  auditor.send(hostile::subscribe(1, {"r/#"}, 0));
  // Behind the third answer nothing of the replay can be on its way.
  for (int answers = 0; answers < 4;) {
    const std::vector<std::uint8_t> head = auditor.receive(2);
    if (head.size() < 2) return found;
    std::size_t length = head[1] & 0x7fU;
    if ((head[1] & 0x80U) != 0) length |= std::size_t{auditor.receive(1).at(0)} << 7U;
    const std::vector<std::uint8_t> bytes = auditor.receive(length);
    const std::string body(bytes.begin(), bytes.end());
    if ((head[0] & 0xf0U) != hostile::packet_type::publish) {
      ++answers;
      auditor.send(hostile::pingreq());
    } else if ((head[0] & 1U) != 0 && bytes.size() >= 2) {
      const std::size_t topic_bytes = std::size_t{bytes[0]} << 8U | bytes[1];
      found[body.substr(2, topic_bytes)] = body.substr(std::min(body.size(), 2 + topic_bytes));
    }
  }
  return found;
}

std::string text_of(const std::vector<Fault>& faults) {
  constexpr std::size_t shown = 5;
  std::map<FaultKind, std::vector<std::string>> by_kind;
  for (const Fault& fault : faults) by_kind[fault.kind].push_back(fault.text);
  std::string text;
  for (const auto& [kind, texts] : by_kind) {
    text += "  " + std::string(name_of(kind)) + ": " + std::to_string(texts.size()) + '\n';
    for (std::size_t i = 0; i < std::min(shown, texts.size()); ++i) text += "    " + texts[i] + '\n';
  }
  return text;
}

}  // namespace durability
