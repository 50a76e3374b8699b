// SPDX-License-Identifier: Apache-2.0
#include "mesh/own_envelope.h"

#include <set>

#include <catch2/catch.hpp>

#include "mesh/packet_ids.h"

namespace mesh::test {
namespace {

TEST_CASE("the longest text fills a LoRa frame, and one byte more does not fit") {
  const proto::Data empty = make_data(proto::TEXT_MESSAGE_APP, {});
  const std::size_t room = room_for_payload(empty, max_data_bytes);
  CHECK(room == 232);
  CHECK(make_data(proto::TEXT_MESSAGE_APP, std::string(room, 'x')).ByteSizeLong() == max_data_bytes);
  CHECK(room_for_payload(empty, max_pki_data_bytes) == 220);
  CHECK(room_for_payload(empty, 3) == 0);
}

TEST_CASE("a text that fits stays as it is") {
  CHECK(split_text("hello", 5) == std::vector<std::string>{"hello"});
}

TEST_CASE("a long text becomes numbered parts, none of them too long") {
  CHECK(split_text("abcdefgh", 7) == std::vector<std::string>{"1/3 abc", "2/3 def", "3/3 gh"});
}

TEST_CASE("no character is cut in two") {
  // each is three bytes, six would fit twice into ten minus the prefix, a fourth byte is left over
  CHECK(split_text("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 8) ==
        std::vector<std::string>{"1/3 \xe2\x82\xac", "2/3 \xe2\x82\xac", "3/3 \xe2\x82\xac"});
}

TEST_CASE("ten parts are too many") {
  CHECK(split_text(std::string(9 * 3, 'x'), 7).size() == 9);
  CHECK(split_text(std::string(9 * 3 + 1, 'x'), 7).empty());
}

TEST_CASE("packet ids do not return soon, and are never 0") {
  PacketIds ids(1);
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 1024; ++i) seen.insert(ids.next());
  CHECK(seen.size() == 1024);
  CHECK_FALSE(seen.contains(0));
}

TEST_CASE("two processes do not number their packets alike") {
  CHECK(PacketIds(0).next() != PacketIds(0).next());
}

}  // namespace
}  // namespace mesh::test
