// SPDX-License-Identifier: Apache-2.0
#include "broker/app/withheld.h"

#include <catch2/catch.hpp>

using app::Withheld;

namespace {

std::string taken(Withheld& withheld, core::Sequence kept) {
  return std::string(base::as_text(withheld.take(kept)));
}

}  // namespace

TEST_CASE("bytes go when what they promise is kept, and those behind them with them") {
  Withheld withheld;
  withheld.hold(3);
  withheld.add(base::as_bytes("a"));
  withheld.add(base::as_bytes("b"));
  withheld.hold(2);  // kept before 3 is
  withheld.add(base::as_bytes("c"));
  withheld.hold(5);
  withheld.add(base::as_bytes("d"));
  CHECK(withheld.bytes() == 4);
  CHECK(taken(withheld, 2).empty());
  CHECK(taken(withheld, 4) == "abc");
  CHECK_FALSE(withheld.is_over());
  CHECK(withheld.bytes() == 1);
  CHECK(taken(withheld, 5) == "d");
  CHECK(withheld.is_over());
}

TEST_CASE("what waits for several is released at once when the last is kept") {
  Withheld withheld;
  for (core::Sequence until = 1; until <= 3; ++until) {
    withheld.hold(until);
    withheld.add(base::as_bytes("x"));
  }
  CHECK(taken(withheld, 9) == "xxx");
  CHECK(withheld.is_over());
}
