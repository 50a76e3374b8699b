// SPDX-License-Identifier: Apache-2.0
#include "broker/base/guarded.h"

#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <catch2/catch.hpp>

using base::Guarded;

TEST_CASE("a guarded value is used in place and gives back what its use returns") {
  Guarded<std::string> text(std::string("ab"));
  text.with([](std::string& t) { t += "c"; });
  CHECK(text.with([](std::string& t) { return t.size(); }) == 3);
}

TEST_CASE("a guarded value begins as its type's own beginning") {
  Guarded<int> number;
  CHECK(number.with([](int& n) { return n; }) == 0);
}

TEST_CASE("what leaves a guarded value is a copy") {
  Guarded<int> number(1);
  STATIC_REQUIRE(std::is_same_v<decltype(number.with([](int& n) -> int& { return n; })), int>);
}

TEST_CASE("no addition of several threads is lost") {
  Guarded<int> sum;
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&sum] {
      for (int n = 0; n < 10'000; ++n) sum.with([](int& s) { ++s; });
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(sum.with([](int& s) { return s; }) == 30'000);
}
