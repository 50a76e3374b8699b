// SPDX-License-Identifier: Apache-2.0
// What has to hold without a journal too: the torture with a broker that is never ended.
#include <catch2/catch.hpp>

#include "tests/durability/torture_check.h"

namespace durability {

TEST_CASE("torture: lost connections lose no acknowledged message") { check_torture(1, Ending::losses); }

TEST_CASE("torture: lost connections lose no acknowledged message with two workers") {
  check_torture(2, Ending::losses);
}

}  // namespace durability
