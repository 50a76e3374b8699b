// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/page_cursor.h"

#include <catch2/catch.hpp>

using admin::cursor_behind;

namespace {

const std::string last = "\xF4\x8F\xBF\xBF";

/// Behind `id`, which is as long as a cursor may be, by one byte more.
std::string behind(const std::string& id) { return cursor_behind(id + "1"); }

std::string a(std::size_t count) { return std::string(count, 'a'); }

}  // namespace

TEST_CASE("an id that fits is its own cursor, whatever it ends with") {
  CHECK(cursor_behind("c") == "c");
  CHECK(cursor_behind(a(600)) == a(600));
  CHECK(cursor_behind(a(596) + last) == a(596) + last);
}

TEST_CASE("of a longer id the cursor is the next that begins otherwise") {
  CHECK(behind(a(600)) == a(599) + "b");
  CHECK(behind(a(599) + "\x7F") == a(599) + "\xC2\x80");
  CHECK(behind(a(598) + "\xDF\xBF") == a(598) + "\xE0\xA0\x80");
  CHECK(behind(a(597) + "\xED\x9F\xBF") == a(597) + "\xEE\x80\x80");  // surrogates are no characters
  CHECK(behind(a(597) + "\xEF\xBF\xBF") == a(597) + "\xF0\x90\x80\x80");
}

TEST_CASE("behind the last character there is comes what stands before it, or nothing") {
  CHECK(behind(a(596) + last) == a(595) + "b");
  CHECK(cursor_behind(a(600) + last + "00") == a(599) + "b");
  std::string all_last;
  for (int i = 0; i < 200; ++i) all_last += last;
  CHECK(cursor_behind(all_last).empty());
}

TEST_CASE("no character is cut in two") {
  CHECK(cursor_behind(a(598) + last) == a(597) + "b");
  CHECK(cursor_behind(a(599) + "\xC3\xA4" + "xyz") == a(598) + "b");
}
