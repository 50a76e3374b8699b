// SPDX-License-Identifier: Apache-2.0
#include "mesh/send_answer.h"

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

std::string told(std::uint32_t error) {
  TextBuffer out;
  append_acknowledgement({.id = 7, .by = 0x0a, .error = error}, "!0000000b", out);
  return std::string(out.view());
}

TEST_CASE("errors of the mesh have the devices' names, one that is newer than the list too") {
  CHECK(told(0) == R"({"acked":true,"by":"!0000000a","error":"NONE","gateway":"!0000000b","id":7})");
  CHECK(told(5) ==
        R"({"acked":false,"by":"!0000000a","error":"MAX_RETRANSMIT","gateway":"!0000000b","id":7})");
  CHECK(told(1000) == R"({"acked":false,"by":"!0000000a","error":"UNKNOWN","gateway":"!0000000b","id":7})");
}

}  // namespace
}  // namespace mesh::test
