// SPDX-License-Identifier: Apache-2.0
#include "mesh/node_record.h"

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

NodeRecord full_record() {
  NodeRecord record{.number = 0x11223344, .packets = 7, .first_heard = 10, .last_heard = 20, .heard_by = 9};
  record.hops = 2;
  record.root = "msh/EU_868";
  record.channel = "LongFast";
  record.name = "Hill";
  record.direct = DirectReception{9, -85, 6.25F, 15};
  record.gateway = GatewayRecord{.envelopes = 5, .duplicates = 2, .last_uplink = 19, .last_downlink = 18};
  record.gateway->note_skew(-3);
  record.gateway->note_skew(4);
  record.parts = {{NodePart::user, 11, 1, "user"}, {NodePart::paxcounter, 12, 2, std::string(234, 'x')}};
  record.routes = {{1, 13, 1, "route"}, {2, 14, 1, ""}};
  record.published = NodeTopics(3);
  record.changed = NodeTopics(5);
  return record;
}

std::string encoded(const NodeRecord& record) {
  base::Buffer out;
  encode(record, out);
  return std::string(base::as_text(out.bytes()));
}

TEST_CASE("a record comes back as it was kept") {
  const NodeRecord record = full_record();
  CHECK(decode_node(record.number, base::as_bytes(encoded(record))) == record);
  const NodeRecord empty{.number = 1};
  CHECK(decode_node(1, base::as_bytes(encoded(empty))) == empty);
}

TEST_CASE("the skews of a full ring come back in their order") {
  NodeRecord record{.number = 1};
  record.gateway.emplace();
  for (std::int32_t skew = 0; skew < 12; ++skew) record.gateway->note_skew(skew);
  auto back = decode_node(1, base::as_bytes(encoded(record)));
  REQUIRE(back);
  for (std::int32_t skew = 100; skew < 104; ++skew) {
    record.gateway->note_skew(skew);
    back->gateway->note_skew(skew);
  }
  CHECK(back->gateway->skew() == record.gateway->skew());
  CHECK(back->gateway->skew() == 11);
}

TEST_CASE("the plain name of an older version is understood") {
  const auto record = decode_node(5, base::as_bytes("Base"));
  REQUIRE(record);
  CHECK(record->name == "Base");
  CHECK(record->is_known());
  CHECK(record->published.empty());
}

TEST_CASE("a record that is cut anywhere is none") {
  const std::string whole = encoded(full_record());
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(decode_node(1, base::as_bytes(std::string_view(whole).substr(0, size))));
}

TEST_CASE("a record of a later version is none") {
  std::string later = encoded(full_record());
  later[1] = 2;
  CHECK_FALSE(decode_node(1, base::as_bytes(later)));
}

TEST_CASE("texts are cut between characters") {
  CHECK(clipped("abc", 3) == "abc");
  CHECK(clipped("abcd", 3) == "abc");
  CHECK(clipped("ab\xc3\xa4", 3) == "ab");
  CHECK(clipped("\x80\x80\x80", 2).empty());
}

TEST_CASE("what came from a channel that is private now is dropped") {
  NodeRecord record = full_record();
  record.parts = {{NodePart::user, 11, channel_tag("LongFast"), "user"},
                  {NodePart::device, 12, channel_tag("Public"), "device"}};
  record.forget_channels({channel_tag("LongFast")});
  CHECK(record.find(NodePart::user) == nullptr);
  CHECK(record.find(NodePart::device) != nullptr);
  CHECK(record.name.empty());
  CHECK(record.channel.empty());
  CHECK_FALSE(record.direct);
}

TEST_CASE("a median of few skews is one of them") {
  GatewayRecord gateway;
  CHECK_FALSE(gateway.skew());
  gateway.note_skew(-5);
  CHECK(gateway.skew() == -5);
}

}  // namespace
}  // namespace mesh::test
