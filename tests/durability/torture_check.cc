// SPDX-License-Identifier: Apache-2.0
#include "tests/durability/torture_check.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

namespace durability {
namespace {

constexpr int short_rounds = 6;
constexpr int stretch_rounds = 10;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return otherwise;
  const std::string_view digits(text);
  std::uint64_t number = otherwise;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

}  // namespace

void check_torture(int workers, Ending ending) {
  std::uint64_t seed = number_from("MESHBROKER_SEED", std::random_device{}());
  auto left = static_cast<int>(number_from("MESHBROKER_TORTURE_ROUNDS", short_rounds));
  for (; left > 0; left -= stretch_rounds, ++seed) {
    Torture torture(
        {.seed = seed, .rounds = std::min(left, stretch_rounds), .workers = workers, .ending = ending});
    const std::vector<Fault> faults = torture.run();
    const std::string what = "seed " + std::to_string(seed) + ": " + torture.summary();
    std::printf("%s, %zu faults\n", what.c_str(), faults.size());
    std::fflush(stdout);
    INFO(what << "\n" << text_of(faults) << (faults.empty() ? "" : torture.log_tail()));
    CHECK(faults.empty());
  }
}

}  // namespace durability
