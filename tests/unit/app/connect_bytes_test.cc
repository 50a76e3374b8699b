// SPDX-License-Identifier: Apache-2.0
#include "broker/app/connect_bytes.h"

#include <array>

#include <catch2/catch.hpp>

namespace {

/// Stand-ins: only their addresses count.
std::array<char, 3> places;
app::Greeting& greeting(std::size_t i) { return reinterpret_cast<app::Greeting&>(places[i]); }

}  // namespace

TEST_CASE("as long as all fit nobody goes; past the limit the largest does, whoever asked") {
  app::ConnectBytes bytes(100);
  CHECK(bytes.change(greeting(0), 0, 60) == nullptr);
  CHECK(bytes.change(greeting(1), 0, 40) == nullptr);
  CHECK(bytes.change(greeting(2), 0, 1) == &greeting(0));
  CHECK(bytes.change(greeting(0), 60, 0) == nullptr);
  CHECK(bytes.held() == 41);
  CHECK(bytes.change(greeting(2), 1, 61) == &greeting(2));
}

TEST_CASE("what is complete or gone is held no more") {
  app::ConnectBytes bytes(100);
  for (int i = 0; i < 1000; ++i) {
    CHECK(bytes.change(greeting(0), 0, 60) == nullptr);
    CHECK(bytes.change(greeting(0), 60, 90) == nullptr);
    CHECK(bytes.change(greeting(0), 90, 0) == nullptr);
  }
  CHECK(bytes.held() == 0);
}
