// SPDX-License-Identifier: Apache-2.0
#include "mesh/json_number.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <string>

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

std::string written(double value) {
  TextBuffer out;
  append_number(value, out);
  return std::string(out.view());
}

std::string printed(double value) {
  if (!std::isfinite(value)) return "null";
  char text[64];
  std::snprintf(text, sizeof text, "%.15g", value);
  return text;
}

TEST_CASE("numbers read as the devices print them") {
  CHECK(written(0) == "0");
  CHECK(written(-0.0) == "-0");
  CHECK(written(5.0F) == "5");
  CHECK(written(3.72F) == "3.72000002861023");
  CHECK(written(12.1F) == "12.1000003814697");
  CHECK(written(12345678901234567890.0) == "1.23456789012346e+19");
  CHECK(written(999999986991104.0) == "999999986991104");
  CHECK(written(1e15) == "1e+15");
  CHECK(written(-1e15) == "-1e+15");
  CHECK(written(999999999999999.0) == "999999999999999");
  CHECK(written(0.0001) == "0.0001");
  CHECK(written(9.99990006675944e-05) == "9.99990006675944e-05");
}

TEST_CASE("what JSON has no number for is null") {
  CHECK(written(std::numeric_limits<double>::infinity()) == "null");
  CHECK(written(-std::numeric_limits<double>::infinity()) == "null");
  CHECK(written(std::numeric_limits<double>::quiet_NaN()) == "null");
}

TEST_CASE("numbers equal printf's %.15g for doubles of every kind") {
  std::mt19937_64 random(27);
  for (int i = 0; i < 100000; ++i) {
    const std::uint64_t bits = random();
    const double values[] = {std::bit_cast<double>(bits),
                             static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits))),
                             static_cast<double>(static_cast<std::int64_t>(bits >> (bits % 64))),
                             static_cast<double>(static_cast<std::int32_t>(bits)) / 4.0,
                             static_cast<double>(static_cast<std::int64_t>(bits)) / 1e7};
    for (const double value : values) {
      if (written(value) == printed(value)) continue;
      FAIL("written " << written(value) << ", printf says " << printed(value));
    }
  }
}

TEST_CASE("whole numbers are written as they are") {
  TextBuffer out;
  append_integer(-2147483648, out);
  append_integer(4294967295, out);
  CHECK(out.view() == "-21474836484294967295");
}

TEST_CASE("whole numbers of every length equal printf's") {
  const auto text_of = [](auto value) {
    TextBuffer out;
    append_integer(value, out);
    return std::string(out.view());
  };
  std::uint64_t power = 1;
  for (int digits = 1; digits <= 20; ++digits, power *= 10) {
    for (const std::uint64_t value : {power - 1, power, power + 1, power * 9}) {
      if (text_of(value) != std::to_string(value)) FAIL(text_of(value) << " for " << value);
      const auto negative = -static_cast<std::int64_t>(value >> 1U);
      if (text_of(negative) != std::to_string(negative)) FAIL(text_of(negative) << " for " << negative);
    }
  }
  CHECK(text_of(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(text_of(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

TEST_CASE("units of a decimal power are written exactly, without noughts at the end") {
  const auto text_of = [](std::int64_t units, unsigned decimals) {
    TextBuffer out;
    append_decimal(units, decimals, out);
    return std::string(out.view());
  };
  CHECK(text_of(0, 7) == "0");
  CHECK(text_of(525200000, 7) == "52.52");
  CHECK(text_of(-1800000000, 7) == "-180");
  CHECK(text_of(1, 7) == "0.0000001");
  CHECK(text_of(-12345678, 7) == "-1.2345678");
  CHECK(text_of(1609459201234, 3) == "1609459201.234");
  CHECK(text_of(1609459200000, 3) == "1609459200");
  CHECK(text_of(std::numeric_limits<std::int64_t>::min(), 18) == "-9.223372036854775808");
}

template <class Real>
std::string by_library(Real value) {
  std::array<char, 32> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

template <class Real>
std::string by_us(Real value) {
  TextBuffer text;
  append_shortest(value, text);
  return std::string(text.view());
}

TEMPLATE_TEST_CASE("the shortest digits are the library's", "", float, double) {
  for (int eighths = -9000; eighths <= 9000; ++eighths) {
    const TestType value = static_cast<TestType>(eighths) / 8;
    REQUIRE(by_us(value) == by_library(value));
  }
  for (const auto value : {TestType(-0.0), TestType(0.1), TestType(1e5), TestType(-3.7), TestType(1e30)})
    CHECK(by_us(value) == by_library(value));
  CHECK(by_us(std::numeric_limits<TestType>::quiet_NaN()) == "null");
}

}  // namespace
}  // namespace mesh::test
