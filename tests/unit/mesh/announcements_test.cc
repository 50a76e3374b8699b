// SPDX-License-Identifier: Apache-2.0
#include "mesh/announcements.h"

#include <set>

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

base::TimePoint at(std::int64_t seconds) { return base::TimePoint{std::chrono::seconds{seconds}}; }

const std::vector<Place> home = {{"msh", "LongFast"}};

TEST_CASE("nothing is announced in the first minute of the process") {
  Announcements announcements(1);
  CHECK(announcements.due(home, at(1000)).empty());
  CHECK(announcements.due(home, at(1059)).empty());
  REQUIRE(announcements.due(home, at(1060)).size() == 1);
  CHECK(announcements.due(home, at(1061)).empty());
}

TEST_CASE("an announcement is repeated about every three hours") {
  Announcements announcements(7);
  std::vector<std::int64_t> times;
  for (std::int64_t s = 0; s < 24 * 3600; ++s) {
    if (!announcements.due(home, at(s)).empty()) times.push_back(s);
  }
  REQUIRE(times.size() >= 7);
  std::set<std::int64_t> distances;
  for (std::size_t i = 1; i < times.size(); ++i) {
    CHECK(times[i] - times[i - 1] >= 3 * 3600 - 600);
    CHECK(times[i] - times[i - 1] <= 3 * 3600 + 601);
    distances.insert(times[i] - times[i - 1]);
  }
  CHECK(distances.size() > 1);
}

TEST_CASE("a gateway that comes back does not make the broker say its name again") {
  Announcements announcements(1);
  static_cast<void>(announcements.due({}, at(0)));
  CHECK(announcements.due(home, at(100)).size() == 1);
  CHECK(announcements.due({}, at(101)).empty());
  CHECK(announcements.due(home, at(102)).empty());
}

TEST_CASE("each root and channel is a place of its own") {
  Announcements announcements(1);
  static_cast<void>(announcements.due({}, at(0)));
  const std::vector<Place> three = {{"msh", "LongFast"}, {"msh/EU_868", "LongFast"}, {"msh", "Family"}};
  CHECK(announcements.due(three, at(60)).size() == 3);
}

TEST_CASE("strangers' places are bounded") {
  Announcements announcements(1);
  static_cast<void>(announcements.due({}, at(0)));
  std::vector<Place> places;
  for (std::size_t i = 0; i < Announcements::max_places + 10; ++i)
    places.push_back({std::to_string(i), "LongFast"});
  CHECK(announcements.due(places, at(60)).size() == Announcements::max_places);
}

TEST_CASE("who asks for the name is answered every five minutes at most") {
  Answered answered;
  CHECK(answered.may_answer(5, at(0)));
  CHECK_FALSE(answered.may_answer(5, at(299)));
  CHECK(answered.may_answer(6, at(299)));
  CHECK(answered.may_answer(5, at(300)));
}

TEST_CASE("askers beyond the limit wait until the oldest is forgotten") {
  Answered answered;
  for (std::uint32_t i = 0; i < Answered::max_askers; ++i) CHECK(answered.may_answer(i, at(0)));
  CHECK_FALSE(answered.may_answer(99999, at(1)));
  CHECK(answered.may_answer(99999, at(300)));
}

}  // namespace
}  // namespace mesh::test
