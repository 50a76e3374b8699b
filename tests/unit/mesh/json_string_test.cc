// SPDX-License-Identifier: Apache-2.0
#include "mesh/json_string.h"

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

std::string written(std::string_view text) {
  TextBuffer out;
  append_string(text, out);
  return std::string(out.view());
}

TEST_CASE("plain text is quoted") {
  CHECK(written("") == "\"\"");
  CHECK(written("Hello") == "\"Hello\"");
}

TEST_CASE("quotes, backslashes and slashes are escaped") { CHECK(written("\"\\/") == R"("\"\\\/")"); }

TEST_CASE("controls with a letter get it, the others and DEL a lower-case code") {
  CHECK(written("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  CHECK(written(std::string_view("\0\x01\x0b\x1f\x7f", 5)) == R"("\u0000\u0001\u000b\u001f\u007f")");
}

TEST_CASE("everything above ASCII is copied") {
  CHECK(written("Küche 日本 😀 \xc2\x85 \xef\xbf\xbf") == "\"Küche 日本 😀 \xc2\x85 \xef\xbf\xbf\"");
}

TEST_CASE("bytes that are no UTF-8 become U+FFFD, and what follows is kept") {
  CHECK(written("a\xc3") == "\"a\xef\xbf\xbd\"");
  CHECK(written("\x80z") == "\"\xef\xbf\xbdz\"");
  CHECK(written("\xed\xa0\x80") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(written("\xe2\x82\"") == "\"\xef\xbf\xbd\xef\xbf\xbd\\\"\"");
}

TEST_CASE("every byte alone gives JSON") {
  for (int byte = 0; byte < 256; ++byte) {
    INFO(byte);
    CHECK(is_json(written(std::string(1, static_cast<char>(byte)))));
  }
}

}  // namespace
}  // namespace mesh::test
