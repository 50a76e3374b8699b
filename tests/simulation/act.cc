// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/act.h"

#include <utility>

namespace simulation {
namespace {

/// How often an act is drawn, of 256.
constexpr std::array<std::pair<Kind, unsigned>, static_cast<std::size_t>(Kind::end_)> weights = {{
    {Kind::connect, 22},
    {Kind::publish, 72},
    {Kind::subscribe, 26},
    {Kind::unsubscribe, 6},
    {Kind::answer, 44},
    {Kind::answer_all, 10},
    {Kind::stray_ack, 8},
    {Kind::pubrel_storm, 3},
    {Kind::ping, 1},
    {Kind::disconnect, 4},
    {Kind::lose, 12},
    {Kind::malformed, 1},
    {Kind::impossible, 1},
    {Kind::stall, 11},
    {Kind::take_some, 4},
    {Kind::drain, 16},
    {Kind::others, 2},
    {Kind::pass, 13},
}};

constexpr unsigned sum_of_weights() {
  unsigned sum = 0;
  for (const auto& [kind, weight] : weights) sum += weight;
  return sum;
}
static_assert(sum_of_weights() == 256);

Kind kind_of(std::uint8_t choice) {
  unsigned left = choice;
  for (const auto& [kind, weight] : weights) {
    if (left < weight) return kind;
    left -= weight;
  }
  return Kind::pass;
}

/// Steele, Lea and Flood's SplitMix64: ten lines that are the same everywhere, unlike std's distributions.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint8_t byte() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111eb;
    return static_cast<std::uint8_t>(mixed >> 56U);
  }
  template <std::size_t count>
  std::array<std::uint8_t, count> bytes() {
    std::array<std::uint8_t, count> drawn{};
    for (std::uint8_t& each : drawn) each = byte();
    return drawn;
  }

 private:
  std::uint64_t state_;
};

}  // namespace

Setup make_setup(const std::array<std::uint8_t, 4>& choice) {
  Setup setup;
  core::Limits& limits = setup.limits;
  setup.clients = 3 + choice[0] % 6;
  limits.topic_levels = 5;
  limits.session_expiry = std::chrono::seconds(20 + choice[0] / 2);
  if (choice[1] % 8 != 0) limits.inflight = 1 + choice[1] / 8 % 4;
  if (choice[2] % 2 != 0) limits.queued_messages = 3 + choice[2] / 2 % 18;
  if (choice[3] % 2 != 0) limits.queued_bytes = 100 + choice[3] / 2 * std::size_t{25};
  if (choice[3] % 4 >= 2) limits.subscriptions = 3 + choice[2] % 4;
  if (choice[0] % 4 == 0) limits.retained_messages = 3;
  if (choice[0] % 16 >= 12) limits.pending_qos2 = 2;
  if (choice[1] % 16 >= 12) limits.sessions = 4;
  return setup;
}

Act make_act(const std::array<std::uint8_t, act_bytes>& choice) {
  return {.kind = kind_of(choice[0]),
          .client = choice[1],
          .choice = {choice[2], choice[3], choice[4]},
          .way = choice[5]};
}

Program make_program(std::uint64_t seed, std::size_t acts) {
  Random random(seed);
  Program program{.setup = make_setup(random.bytes<4>()), .acts = {}};
  program.acts.reserve(acts);
  while (program.acts.size() < acts) program.acts.push_back(make_act(random.bytes<act_bytes>()));
  return program;
}

}  // namespace simulation
