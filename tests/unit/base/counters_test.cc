// SPDX-License-Identifier: Apache-2.0
#include "broker/base/counters.h"

#include <thread>

#include <catch2/catch.hpp>

namespace {

enum class Fruit { apple, pear, end_ };

constexpr base::Counters<Fruit>::Names names = {"apples", "pears"};

}  // namespace

TEST_CASE("counters begin at 0 and add up by name") {
  base::Counters<Fruit> counters(names);
  CHECK(counters[Fruit::apple] == 0);
  counters.add(Fruit::apple);
  counters.add(Fruit::apple, 5);
  counters.add(Fruit::pear, 2);
  CHECK(counters[Fruit::apple] == 6);
  CHECK(counters[Fruit::pear] == 2);
}

TEST_CASE("counters are read out in order, with their names") {
  base::Counters<Fruit> counters(names);
  counters.add(Fruit::pear, 1ULL << 40);
  const auto counts = counters.read();
  REQUIRE(counts.size() == 2);
  CHECK(counts[0].name == "apples");
  CHECK(counts[0].value == 0);
  CHECK(counts[1].name == "pears");
  CHECK(counts[1].value == 1ULL << 40);
}

TEST_CASE("no count of several threads is lost") {
  base::Counters<Fruit> counters(names);
  const auto count = [&counters] {
    for (int i = 0; i < 10'000; ++i) counters.add(Fruit::apple);
  };
  std::thread other(count);
  count();
  other.join();
  CHECK(counters[Fruit::apple] == 20'000);
}

TEST_CASE("what comes and goes is as much as was said last") {
  base::Counters<Fruit> counters(names);
  counters.set(Fruit::apple, 7);
  counters.set(Fruit::apple, 2);
  CHECK(counters[Fruit::apple] == 2);
}
