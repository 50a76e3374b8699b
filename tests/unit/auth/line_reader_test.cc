// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/line_reader.h"

#include <catch2/catch.hpp>

namespace {

std::vector<std::string> lines_of(auth::LineReader& reader) {
  std::vector<std::string> lines;
  while (const auto line = reader.next())
    lines.push_back(std::to_string(reader.number()) + std::string(*line));
  return lines;
}

TEST_CASE("lines end with LF, CRLF or the text") {
  auth::LineReader reader("a\r\n\nb\rc\nd", "f");
  CHECK(lines_of(reader) == std::vector<std::string>{"1a", "2", "3b\rc", "4d"});
  CHECK(reader.is_faultless());
}

TEST_CASE("a line that is no text is a problem with its number, and the next is read") {
  const std::string text = "a\nb\xff\nc\n" + std::string("d\0e\n", 4) + "f";
  auth::LineReader reader(text, "users");
  CHECK(lines_of(reader) == std::vector<std::string>{"1a", "3c", "5f"});
  const auth::Problems problems = reader.take_problems();
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].where == "users:2");
  CHECK(problems[1].where == "users:4");
}

TEST_CASE("a byte order mark is named and not taken for a name") {
  auth::LineReader reader("\xef\xbb\xbfuser a\n", "f");
  CHECK(lines_of(reader).empty());
  CHECK(reader.take_problems().at(0).what.find("byte order mark") != std::string::npos);
}

TEST_CASE("a line of 66,000 bytes is read and one of 66,001 is not") {
  const std::string long_line(auth::max_line_bytes, 'a');
  auth::LineReader longest(long_line, "f");
  CHECK(longest.next());
  const std::string too_long = long_line + "a\nb";
  auth::LineReader longer(too_long, "f");
  CHECK(longer.next() == "b");
  CHECK(longer.take_problems().at(0).where == "f:1");
}

TEST_CASE("a file beyond the limit is not read at all") {
  const std::string text(auth::max_file_bytes + 1, '\n');
  auth::LineReader reader(text, "f");
  CHECK_FALSE(reader.next());
  CHECK(reader.take_problems().size() == 1);
}

TEST_CASE("reading stops at twenty problems") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "\xff\n";
  auth::LineReader reader(text, "f");
  CHECK_FALSE(reader.next());
  CHECK(reader.take_problems().size() == auth::max_problems);
}

TEST_CASE("trimming takes blanks at the ends and nothing else") {
  CHECK(auth::trimmed(" \ta b\r\n") == "a b");
  CHECK(auth::trimmed("  ").empty());
  CHECK(auth::trimmed("").empty());
}

}  // namespace
