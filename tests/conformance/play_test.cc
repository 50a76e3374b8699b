// SPDX-License-Identifier: Apache-2.0
// Whether a broker that does wrong is found out: a player that cannot fail would make every case hold.
#include "tests/conformance/play.h"

#include <algorithm>
#include <map>
#include <set>

#include <catch2/catch.hpp>

using conformance::parse_vectors;
using conformance::play;

namespace {

/// A broker that has said what a test says, whatever it is sent, and answers pings.
class ScriptedStage final : public conformance::Stage {
 public:
  std::map<std::string, std::vector<std::uint8_t>> unread;
  std::vector<std::uint8_t> sent;
  std::set<std::string> closed;

  void send(const std::string& client, base::Bytes bytes) override {
    sent.insert(sent.end(), bytes.begin(), bytes.end());
    if (bytes.size() == 2 && bytes[0] == 0xc0) unread[client].insert(unread[client].end(), {0xd0, 0x00});
  }
  std::vector<std::uint8_t> receive(const std::string& client, std::size_t count) override {
    auto& bytes = unread[client];
    const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(std::min(count, bytes.size()));
    std::vector<std::uint8_t> taken(bytes.begin(), end);
    bytes.erase(bytes.begin(), end);
    return taken;
  }
  bool is_closed(const std::string& client) override { return closed.contains(client); }
  void drop(const std::string& client) override { unread.erase(client); }
  void pass(base::Duration) override {}
};

/// What the player says; "held" when all was as expected.
std::string verdict(std::string_view steps, ScriptedStage& stage) {
  const auto cases = parse_vectors("case c [x]\n" + std::string(steps), "f.txt");
  if (!cases) FAIL(cases.error());
  return play(cases->front(), stage).value_or("held");
}

}  // namespace

TEST_CASE("bytes as expected hold, others are shown in words and hexadecimal") {
  ScriptedStage stage;
  stage.unread["a"] = {0x20, 2, 0, 0, 0x40, 2, 0, 7};
  CHECK(verdict(" a < CONNACK\n a < PUBACK 7\n", stage) == "held");
  stage.unread["a"] = {0x40, 2, 0, 8};
  CHECK(verdict(" a < PUBACK 7\n", stage) ==
        "f.txt:2: c\n"
        "  expected a to be sent 40 02 00 07 — PUBACK id=7\n"
        "  got      40 02 00 08 — PUBACK id=8");
  CHECK(verdict(" a < PINGRESP\n", stage) ==
        "f.txt:2: c\n  expected a to be sent d0 00 — PINGRESP\n  got      nothing");
}

TEST_CASE("what a served client is sent beyond the case is found out at its end") {
  ScriptedStage stage;
  stage.unread["a"] = {0x20, 2, 0, 0, 0x40, 2, 0, 7};
  CHECK(verdict(" a < CONNACK\n", stage) ==
        "f.txt:2: c\n"
        "  expected a to be sent nothing more, and PINGRESP when it asks\n"
        "  got      40 02 00 07 — PUBACK id=7");
}

TEST_CASE("silence is broken by any byte") {
  ScriptedStage stage;
  CHECK(verdict(" a silent\n", stage) == "held");
  stage.unread["a"] = {0x40, 2, 0, 7};
  CHECK(verdict(" a silent\n a < PUBACK 7\n", stage)
            .starts_with("f.txt:2: c\n  expected a to be sent nothing"));
}

TEST_CASE("a connection that is open is not closed") {
  ScriptedStage stage;
  CHECK(verdict(" a closes\n", stage) ==
        "f.txt:2: c\n  expected the connection to be closed\n  got      nothing, and it is open");
  stage.closed.insert("a");
  CHECK(verdict(" a closes\n", stage) == "held");
}

TEST_CASE("a named id takes what the broker chose and is sent back") {
  ScriptedStage stage;
  stage.unread["a"] = {0x32, 5, 0, 1, 't', 0x12, 0x34};
  CHECK(verdict(" a < PUBLISH t '' qos=1 id=<m>\n a > PUBACK <m>\n", stage) == "held");
  CHECK(stage.sent == std::vector<std::uint8_t>{0x40, 2, 0x12, 0x34});
}

TEST_CASE("a named id stays the same, is no other name's and is never 0") {
  ScriptedStage stage;
  const std::vector<std::uint8_t> same = {0x50, 2, 0, 5, 0x50, 2, 0, 5};
  stage.unread["a"] = same;
  CHECK(verdict(" a < PUBREC <m>\n a < PUBREC <m>\n", stage) == "held");
  stage.unread["a"] = same;
  CHECK(verdict(" a < PUBREC <m>\n a < PUBREC <n>\n", stage).starts_with("f.txt:3: "));
  stage.unread["a"] = {0x50, 2, 0, 5, 0x50, 2, 0, 6};
  CHECK(verdict(" a < PUBREC <m>\n a < PUBREC <m>\n", stage).starts_with("f.txt:3: "));
  stage.unread["a"] = {0x50, 2, 0, 0};
  CHECK(verdict(" a < PUBREC <m>\n", stage).starts_with("f.txt:2: "));
}

TEST_CASE("an id that nobody has named cannot be sent") {
  ScriptedStage stage;
  CHECK(verdict(" a > PUBACK <m>\n", stage).starts_with("f.txt:2: c\n  expected to know the id <m> of a"));
}
