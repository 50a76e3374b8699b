// SPDX-License-Identifier: Apache-2.0
// Random clients, one broker, one model. A run that fails prints its seed, the acts it comes down to and what
// was said; MESHBROKER_SEED=N plays one seed again, MESHBROKER_SIMULATION_SECONDS=N goes on with new seeds.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "tests/simulation/player.h"

using simulation::Act;
using simulation::Program;
using simulation::Run;

namespace {

constexpr std::size_t acts_per_run = 250;
constexpr std::size_t lines_shown = 50;

std::optional<std::uint64_t> number_from(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  const std::string_view digits(text);
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

void play(Run& run, const Program& program) {
  for (const Act& act : program.acts) run.play(act);
  run.finish();
}

/// What the broker has counted, by name, in every run so far.
using Counts = std::map<std::string, std::uint64_t, std::less<>>;

std::string fault_of(const Program& program, Counts* counts = nullptr) {
  Run run(program.setup);
  play(run, program);
  if (counts == nullptr) return run.fault();
  for (const base::Count& count : run.counts()) (*counts)[std::string(count.name)] += count.value;
  return run.fault();
}

/// Leaves out acts, many at a time and then single ones, as long as something is still wrong.
Program minimised(Program program) {
  for (std::size_t step = program.acts.size() / 2; step > 0; step /= 2) {
    for (std::size_t at = 0; at < program.acts.size();) {
      Program less = program;
      const auto begin = less.acts.begin() + static_cast<std::ptrdiff_t>(at);
      less.acts.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(step, less.acts.size() - at)));
      if (fault_of(less).empty()) {
        at += step;
      } else {
        program = std::move(less);
      }
    }
  }
  return program;
}

std::string story_of(const Program& program) {
  Run run(program.setup, true);
  play(run, program);
  std::string text;
  const std::size_t skipped = run.story().size() - std::min(run.story().size(), lines_shown);
  for (std::size_t i = skipped; i < run.story().size(); ++i) text += "  " + run.story()[i] + '\n';
  return text + "  fault: " + run.fault();
}

/// True: the broker and its model agreed.
bool agrees(std::uint64_t seed, Counts* counts = nullptr) {
  const Program program = simulation::make_program(seed, acts_per_run);
  const std::string fault = fault_of(program, counts);
  if (fault.empty()) return true;
  const Program small = minimised(program);
  INFO("again: MESHBROKER_SEED=" << seed << " simulation_test\n"
                                 << fault << "\nIt comes down to " << small.acts.size()
                                 << " acts, of which the last lines are:\n"
                                 << story_of(small));
  CHECK(fault.empty());
  return false;
}

std::atomic<bool> is_time_over = false;

/// Until the alarm: no clock is asked.
void run_on(std::uint64_t seconds, std::uint64_t seed) {
  std::signal(SIGALRM, [](int) { is_time_over = true; });
  alarm(static_cast<unsigned>(seconds));
  while (!is_time_over && agrees(seed)) ++seed;
  WARN("seeds up to " << seed);
}

}  // namespace

TEST_CASE("whatever clients do, the broker does what its model does") {
  if (const auto seed = number_from("MESHBROKER_SEED")) {
    CHECK(agrees(*seed));
    return;
  }
  constexpr std::uint64_t seeds = 1500;
  Counts counts;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) REQUIRE(agrees(seed, &counts));
  // Runs in which nothing is ever refused, dropped or ended would agree about little.
  for (const char* reached :
       {"queue_dropped_qos0", "queue_dropped", "qos2_duplicates", "retained_refused", "subscriptions_refused",
        "sessions_resumed", "sessions_expired", "wills_published"}) {
    INFO(reached);
    CHECK(counts[reached] > seeds / 10);
  }
  if (const auto seconds = number_from("MESHBROKER_SIMULATION_SECONDS")) run_on(*seconds, seeds + 1);
}
