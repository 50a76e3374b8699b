// SPDX-License-Identifier: Apache-2.0
#include "broker/core/line_ration.h"

#include <catch2/catch.hpp>

namespace core::test {
namespace {

constexpr base::TimePoint start{};

std::uint64_t admitted(LineRation& ration, std::uint64_t times, base::TimePoint now) {
  std::uint64_t lines = 0;
  for (std::uint64_t i = 0; i < times; ++i) lines += ration.admits(now) ? 1U : 0U;
  return lines;
}

TEST_CASE("so many lines are written in a period, and the next one has its own") {
  LineRation ration;
  const auto end = start + LineRation::period;
  CHECK(admitted(ration, LineRation::most_lines + 7, start) == LineRation::most_lines);
  CHECK(admitted(ration, 1, end - base::Duration(1)) == 0);
  CHECK(admitted(ration, LineRation::most_lines + 1, end) == LineRation::most_lines);
}

TEST_CASE("those that were not are told once") {
  LineRation ration;
  CHECK(admitted(ration, LineRation::most_lines, start) == LineRation::most_lines);
  CHECK(ration.take_suppressed() == 0);
  CHECK(admitted(ration, 7, start) == 0);
  CHECK(ration.take_suppressed() == 7);
  CHECK(ration.take_suppressed() == 0);
}

}  // namespace
}  // namespace core::test
