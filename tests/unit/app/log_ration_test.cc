// SPDX-License-Identifier: Apache-2.0
#include "broker/app/log_ration.h"

#include <string>

#include <catch2/catch.hpp>

using app::LogRation;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

namespace {

constexpr base::TimePoint start{1000s};

net::Address at(std::string_view host) { return *net::parse_address(host, 4711); }

int admitted(LogRation& ration, const char* event, std::string_view host, int times,
             base::TimePoint now = start) {
  int lines = 0;
  for (int i = 0; i < times; ++i) lines += ration.admits(event, at(host), now) ? 1 : 0;
  return lines;
}

}  // namespace

TEST_CASE("an origin has so many lines of an event in a period, another origin and another event their own") {
  LogRation ration({.per_origin = 3, .in_all = 100, .period = 10s});
  CHECK(admitted(ration, "refused", "8.8.8.8", 10) == 3);
  CHECK(admitted(ration, "refused", "8.8.4.4", 10) == 3);
  CHECK(admitted(ration, "connected", "8.8.8.8", 10) == 3);
  CHECK(admitted(ration, "refused", "2001:db8::1", 2) == 2);
  CHECK(admitted(ration, "refused", "2001:db8::2", 2) == 1);  // the same /64
}

TEST_CASE("an event has so many lines in all, from however many origins") {
  LogRation ration({.per_origin = 3, .in_all = 5, .period = 10s});
  int lines = 0;
  for (int i = 0; i < 200; ++i) lines += admitted(ration, "refused", "8.8.8." + std::to_string(i), 1);
  CHECK(lines == 5);
  CHECK(admitted(ration, "connected", "8.8.8.8", 1) == 1);
  const auto summary = ration.take_summary();
  REQUIRE(summary.size() == 1);
  CHECK_FALSE(summary[0].from);
  CHECK(summary[0].lines == 195);
}

TEST_CASE("the summary is due when the period is over, says who and how many, and begins a new period") {
  LogRation ration({.per_origin = 3, .in_all = 100, .period = 10s});
  CHECK(admitted(ration, "refused", "8.8.4.4", 2) == 2);
  CHECK_FALSE(ration.summary_due());
  CHECK(admitted(ration, "refused", "8.8.8.8", 10, start + 4s) == 3);
  REQUIRE(ration.summary_due());
  CHECK(*ration.summary_due() == start + 10s);
  CHECK(admitted(ration, "refused", "8.8.8.8", 1, start + 11s) == 0);  // not before it has been said
  const auto summary = ration.take_summary();
  REQUIRE(summary.size() == 1);
  CHECK(summary[0].event == "refused");
  REQUIRE(summary[0].from);
  CHECK(summary[0].from->text() == "8.8.8.8:4711");
  CHECK(summary[0].lines == 8);
  CHECK_FALSE(ration.summary_due());
  CHECK(admitted(ration, "refused", "8.8.8.8", 10, start + 11s) == 3);
  CHECK(*ration.summary_due() == start + 21s);
}

TEST_CASE("a period in which nothing was suppressed ends by itself") {
  LogRation ration({.per_origin = 3, .in_all = 4, .period = 10s});
  CHECK(admitted(ration, "refused", "8.8.8.8", 3) == 3);
  CHECK(admitted(ration, "refused", "8.8.8.8", 3, start + 10s) == 3);
  CHECK(admitted(ration, "refused", "8.8.8.8", 1, start + 20s - 1ms) == 0);
}
