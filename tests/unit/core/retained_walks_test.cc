// SPDX-License-Identifier: Apache-2.0
#include "broker/core/retained_walks.h"

#include <catch2/catch.hpp>

TEST_CASE("replays come in the order of subscribing, each filter once, a repeated one at the end") {
  core::RetainedWalks walks;
  for (const char* filter : {"b", "a", "c", "b"}) walks.restart(filter, mqtt::Qos::at_most_once);
  walks.drop("a");
  walks.drop("never");
  std::string order;
  for (; !walks.empty(); walks.drop_front()) order += walks.front().filter;
  CHECK(order == "cb");
}
