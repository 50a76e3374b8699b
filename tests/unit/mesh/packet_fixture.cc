// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/mesh/packet_fixture.h"

#include <fstream>

#include <simdjson.h>

namespace mesh::test {

MeshConfig packets_only() {
  MeshConfig config;
  config.mirror = Mirror::off;
  return config;
}

std::vector<Published> Feed::tick(std::int64_t at_s) {
  std::vector<Published> published = Mesh::tick(at_s);
  std::erase_if(published,
                [](const Published& one) { return one.topic.find("/packet/") == std::string::npos; });
  return published;
}

std::string Feed::told(std::int64_t at_s) {
  const std::vector<Published> published = tick(at_s);
  return published.size() == 1 ? published[0].payload : std::to_string(published.size()) + " messages";
}

std::vector<PacketCase> read_packet_cases() {
  std::vector<PacketCase> cases;
  std::ifstream in(TEST_DATA_DIR "/packet/payloads.jsonl");
  simdjson::dom::parser parser;
  for (std::string line; std::getline(in, line);) {
    const simdjson::dom::element row = parser.parse(line).value_unsafe();
    const auto text = [&row](const char* key) { return std::string(row[key].get_string().value_unsafe()); };
    PacketCase one{text("name"), {}, text("json")};
    one.data.set_portnum(static_cast<proto::PortNum>(row["port"].get_int64().value_unsafe()));
    one.data.set_payload(from_hex(text("payload")));
    cases.push_back(std::move(one));
  }
  return cases;
}

std::string told_of(const proto::Data& data) {
  Feed feed;
  feed.hear({}, 0, data);
  return feed.told(3);
}

}  // namespace mesh::test
