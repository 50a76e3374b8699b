// SPDX-License-Identifier: Apache-2.0
// An acknowledged message is never lost.
#include <catch2/catch.hpp>

#include "tests/durability/torture_check.h"

namespace durability {

TEST_CASE("torture: kill -9 loses nothing that was acknowledged") { check_torture(1, Ending::kill); }

TEST_CASE("torture: kill -9 loses nothing that was acknowledged with two workers") {
  check_torture(2, Ending::kill);
}

TEST_CASE("torture: a graceful restart keeps everything") { check_torture(1, Ending::stop); }

TEST_CASE("torture: a graceful restart keeps everything with two workers") { check_torture(2, Ending::stop); }

}  // namespace durability
