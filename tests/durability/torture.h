// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/durability/checker.h"
#include "tests/durability/client.h"
#include "tests/durability/data_dir.h"
#include "tests/hostile/program.h"

namespace durability {

/// What ends a round.
enum class Ending : std::uint8_t {
  kill,    // kill -9
  stop,    // SIGTERM, and exit code 0
  losses,  // the broker goes on, every connection is lost
};

struct Plan {
  std::uint64_t seed = 1;
  int rounds = 8;
  int workers = 1;
  Ending ending = Ending::kill;
};

/// Rounds of random traffic against the real program on one data_dir, each ended at a random moment; then all
/// come back, what is owed is waited for, and the checker judges. Everything random follows from the seed,
/// but what the broker has done by a moment does not.
class Torture {
 public:
  explicit Torture(const Plan& plan);

  /// What was wrong; empty: nothing.
  std::vector<Fault> run();
  /// How much has happened, for the reader.
  std::string summary() const;
  /// The last lines of the broker that runs or ran last.
  std::string log_tail() const;

 private:
  using Clock = std::chrono::steady_clock;

  bool start();
  void round();
  void end_round();
  void settle();
  void audit();

  void connect_some();
  void connect_all();
  void await_clients();
  void greet(std::size_t client, bool is_clean);
  void traffic();
  void act();
  void publish_some(Client& client);
  void change_retained(Client& client, std::size_t number);
  void change_subscription(Client& client);
  void come_and_go(Client& client, std::size_t number);

  /// One look at the sockets.
  void pump(int timeout_ms);
  /// False: nothing has come for a long time.
  bool pump_until(const std::function<bool()>& is_done);
  bool is_slow(std::size_t client) const;
  std::size_t heard() const;
  std::uint32_t random(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
  bool by_chance(std::uint32_t of_hundred) { return random(100) < of_hundred; }

  Plan plan_;
  DataDir data_dir_;
  std::mt19937_64 random_;
  Checker checker_;
  std::vector<Fault> faults_;  // beside the checker's
  std::optional<hostile::Program> program_;
  std::vector<std::unique_ptr<Client>> clients_;
  bool is_settling_ = false;  // nobody is slow any more
};

/// What a fresh subscriber of "r/#" is given, by topic.
std::map<std::string, std::string> retained_at(std::uint16_t port);

/// One line a kind, and the first few of each.
std::string text_of(const std::vector<Fault>& faults);

}  // namespace durability
