// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/login_guard.h"

#include <catch2/catch.hpp>

namespace {

using auth::LoginGuard;
using base::TimePoint;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

auth::Ip address(std::uint8_t last) { return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, last}; }

/// Small numbers: doors shut from the second failure on, bans from the fourth.
LoginGuard::Settings settings() {
  LoginGuard::Settings small;
  small.of_address = {1, 4, seconds(1), minutes(1), minutes(3), hours(1)};
  small.of_user = {100, 200, seconds(1), minutes(1), minutes(3), hours(1)};
  return small;
}

LoginGuard::Settings user_settings() {
  LoginGuard::Settings small = settings();
  std::swap(small.of_address, small.of_user);
  return small;
}

const TimePoint start{hours(5)};

void fail(LoginGuard& guard, const auth::Ip& ip, std::string_view user, int times, TimePoint now = start) {
  for (; times > 0; --times) static_cast<void>(guard.failed(ip, user, now));
}

TEST_CASE("the first failures are free, then the door is shut twice as long each time, then it is a ban") {
  const auth::FailurePolicy policy{3, 6, seconds(1), minutes(10), hours(1), hours(24)};
  const base::Duration expected[] = {seconds(0),  seconds(0), seconds(0),  seconds(0),
                                     seconds(1),  seconds(2), minutes(10), minutes(20),
                                     minutes(40), hours(1),   hours(1)};
  for (std::uint32_t failures = 0; failures < std::size(expected); ++failures) {
    CAPTURE(failures);
    CHECK(auth::shut_for(policy, failures) == expected[failures]);
  }
  CHECK(auth::shut_for(policy, UINT32_MAX) == hours(1));
}

TEST_CASE("a door is shut until the time that was said, to the millisecond") {
  LoginGuard guard(settings());
  CHECK(guard.failed(address(1), "ann", start).empty());
  CHECK_FALSE(guard.refuses(address(1), "ann", start));
  const auto doors = guard.failed(address(1), "ann", start);
  REQUIRE(doors.size() == 1);
  CHECK(std::get<auth::Ip>(doors[0].whom) == address(1));
  CHECK(doors[0].until == start + seconds(1));
  CHECK_FALSE(doors[0].is_ban);
  const auto refusal = guard.refuses(address(1), "bob", start + milliseconds(999));
  REQUIRE(refusal);
  CHECK(refusal->until == start + seconds(1));
  CHECK_FALSE(guard.refuses(address(1), "ann", start + milliseconds(1000)));
  CHECK_FALSE(guard.refuses(address(2), "ann", start));
}

TEST_CASE("knocking at a shut door does not shut it longer") {
  LoginGuard guard(settings());
  fail(guard, address(1), "ann", 2);
  for (int i = 0; i < 50; ++i) CHECK(guard.refuses(address(1), "ann", start));
  CHECK_FALSE(guard.refuses(address(1), "ann", start + seconds(1)));
}

TEST_CASE("the fourth failure is a ban, which grows up to the longest") {
  LoginGuard guard(settings());
  fail(guard, address(1), "ann", 3);
  TimePoint now = start;
  for (const minutes length : {minutes(1), minutes(2), minutes(3), minutes(3)}) {
    now += hours(1);
    const auto doors = guard.failed(address(1), "ann", now);
    REQUIRE(doors.size() == 1);
    CHECK(doors[0].is_ban);
    CHECK(doors[0].until == now + length);
  }
}

TEST_CASE("attempts that were on their way when the door was shut never open it earlier") {
  LoginGuard guard(settings());
  fail(guard, address(1), "ann", 6);
  const TimePoint until = guard.shut(start).at(0).until;
  static_cast<void>(guard.failed(address(1), "ann", start - seconds(30)));
  CHECK(guard.shut(start).at(0).until >= until);
}

TEST_CASE("failures are forgotten an hour after the door opened") {
  LoginGuard guard(settings());
  fail(guard, address(1), "ann", 2);
  const TimePoint opened = start + seconds(1);
  SECTION("and not before") { CHECK_FALSE(guard.failed(address(1), "ann", opened + hours(1)).empty()); }
  SECTION("but then") { CHECK(guard.failed(address(1), "ann", opened + hours(1) + milliseconds(1)).empty()); }
}

TEST_CASE("a login forgives the address what it failed with that name alone") {
  LoginGuard guard(settings());
  fail(guard, address(1), "ann", 3);
  guard.logged_in(address(1), "ann");
  CHECK_FALSE(guard.refuses(address(1), "ann", start));
  CHECK(guard.failed(address(1), "ann", start).empty());
  fail(guard, address(1), "bob", 2);
  guard.logged_in(address(1), "ann");
  CHECK(guard.refuses(address(1), "ann", start));
}

TEST_CASE("a name is shut to addresses that are new to it, and not to those it has logged in from") {
  LoginGuard guard(user_settings());
  guard.logged_in(address(9), "ann");
  fail(guard, address(1), "ann", 1);
  fail(guard, address(2), "ann", 1);
  const auto refusal = guard.refuses(address(3), "ann", start);
  REQUIRE(refusal);
  CHECK(std::get<std::string>(refusal->whom) == "ann");
  CHECK_FALSE(guard.refuses(address(9), "ann", start));
  CHECK_FALSE(guard.refuses(address(3), "bob", start));
}

TEST_CASE("of two shut doors the one that opens last refuses") {
  LoginGuard::Settings both = settings();
  both.of_user = {0, 1, seconds(1), minutes(30), hours(1), hours(1)};
  LoginGuard guard(both);
  fail(guard, address(1), "ann", 2);
  CHECK(std::holds_alternative<std::string>(guard.refuses(address(1), "ann", start)->whom));
}

TEST_CASE("a network that is never refused is not, nor does it shut a name to others") {
  LoginGuard::Settings open = user_settings();
  open.of_address = open.of_user;
  open.never_refused = {{address(0), 96 + 24}};
  LoginGuard guard(open);
  fail(guard, address(1), "ann", 50);
  CHECK_FALSE(guard.refuses(address(1), "ann", start));
  CHECK(guard.shut(start).empty());
}

TEST_CASE("all of an IPv6 /64 is one address") {
  LoginGuard guard(settings());
  auth::Ip first{0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1};
  auth::Ip second = first, other = first;
  second[15] = 2;
  other[7] = 2;
  fail(guard, first, "ann", 4);
  CHECK(guard.refuses(second, "ann", start));
  CHECK_FALSE(guard.refuses(other, "ann", start));
}

TEST_CASE("shut doors are listed and can be opened, one or all") {
  LoginGuard::Settings both = settings();
  both.of_user = both.of_address;
  LoginGuard guard(both);
  fail(guard, address(1), "ann", 2);
  fail(guard, address(2), "bob", 4);
  CHECK(guard.shut(start).size() == 4);
  CHECK(guard.shut(start + seconds(30)).size() == 2);
  CHECK(guard.forgive(address(2)));
  CHECK(guard.forgive("bob"));
  CHECK_FALSE(guard.forgive("bob"));
  CHECK(guard.shut(start).size() == 2);
  guard.forgive_all();
  CHECK(guard.shut(start).empty());
}

TEST_CASE("a full table forgets who was touched longest ago, and counts it") {
  LoginGuard::Settings small = settings();
  small.addresses = 2;
  LoginGuard guard(small);
  for (std::uint8_t last = 1; last <= 3; ++last) fail(guard, address(last), "ann", 4);
  CHECK_FALSE(guard.refuses(address(1), "ann", start));
  CHECK(guard.refuses(address(2), "ann", start));
  CHECK(guard.counts().back().name == "login_records_displaced");
  CHECK(guard.counts().back().value == 1);
}

TEST_CASE("a name longer than 256 bytes is not remembered, its address is") {
  LoginGuard::Settings both = settings();
  both.of_user = both.of_address;
  LoginGuard guard(both);
  const std::string longest(LoginGuard::max_name_bytes, 'n');
  fail(guard, address(1), longest + 'n', 4);
  CHECK(guard.shut(start).size() == 1);
  guard.forgive_all();
  fail(guard, address(1), longest, 4);
  CHECK(guard.shut(start).size() == 2);
}

TEST_CASE("failures, refusals, back-offs and bans are counted") {
  LoginGuard guard(settings());
  fail(guard, address(1), "ann", 4);
  static_cast<void>(guard.refuses(address(1), "ann", start));
  std::string text;
  for (const base::Count& count : guard.counts())
    text += std::string(count.name) + '=' + std::to_string(count.value) + ' ';
  CHECK(text == "login_failures=4 login_refused=1 login_back_offs=2 login_bans=1 login_records_displaced=0 ");
}

}  // namespace
