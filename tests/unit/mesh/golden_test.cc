// SPDX-License-Identifier: Apache-2.0
// tests/vectors/json_golden.jsonl: what firmware 2.7.26 published for each of these envelopes, byte for byte.
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <simdjson.h>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

struct Golden {
  std::string name;
  std::string topic;
  std::string envelope;
  std::string expect;  // exact, nothing, undefined
  std::string json;    // when exact
  std::string json_topic;
  bool is_quirk = false;
};

struct GoldenFile {
  MeshConfig config;
  std::vector<Golden> cases;
};

std::string text_of(simdjson::dom::element row, const char* key) {
  std::string_view value;
  return row[key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

Golden read_case(simdjson::dom::element row) {
  return {text_of(row, "name"),          text_of(row, "topic"), from_hex(text_of(row, "env")),
          text_of(row, "expect"),        text_of(row, "json"),  text_of(row, "json_topic"),
          !text_of(row, "quirk").empty()};
}

/// The first line names channels and keys; the roots are those the cases use.
GoldenFile read_golden() {
  GoldenFile file;
  file.config.unsupported = true;
  file.config.mirror = Mirror::gateway;
  std::ifstream in(TEST_DATA_DIR "/json_golden.jsonl");
  std::set<std::string> roots;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(in, line);) {
    simdjson::dom::element row = parser.parse(line).value_unsafe();
    simdjson::dom::object channels;
    if (row["meta"]["channels"].get(channels) != simdjson::SUCCESS) {
      file.cases.push_back(read_case(row));
      roots.insert(text_of(row, "root"));
      continue;
    }
    for (const auto [name, psk] : channels) {
      file.config.channels.push_back({std::string(name), std::string(psk.get_string().value_unsafe())});
    }
  }
  file.config.roots.assign(roots.begin(), roots.end());
  return file;
}

/// What must hold for one case, as a sentence about what went wrong; empty when nothing did.
std::string complaint_about(const Golden& golden, const std::vector<Published>& published) {
  for (const Published& message : published) {
    if (!is_json(message.payload)) return "not JSON";
    if (message.qos != mqtt::Qos::at_most_once || message.retain) return "not QoS 0 or retained";
  }
  if (golden.expect == "undefined" || golden.is_quirk) return {};
  if (golden.expect == "nothing") return published.empty() ? "" : "published " + published[0].payload;
  if (published.size() != 1) return "nothing published";
  if (published[0].topic != golden.json_topic) return "on " + published[0].topic;
  return published[0].payload == golden.json ? "" : "published " + published[0].payload;
}

TEST_CASE("every golden envelope gives the firmware's JSON on the firmware's topic") {
  const GoldenFile file = read_golden();
  REQUIRE(file.cases.size() == 400);
  Mesh mesh(file.config);
  for (const Golden& golden : file.cases) {
    INFO(golden.name << " wants " << golden.expect << " " << golden.json);
    CHECK(complaint_about(golden, mesh.receive(golden.topic, golden.envelope)) == "");
  }
}

TEST_CASE(
    "without unsupported = true every golden case with an empty type is silent and the others are "
    "unchanged") {
  GoldenFile file = read_golden();
  file.config.unsupported = false;
  Mesh mesh(file.config);
  for (const Golden& golden : file.cases) {
    if (golden.is_quirk || golden.expect != "exact") continue;
    INFO(golden.name);
    const auto published = mesh.receive(golden.topic, golden.envelope);
    if (golden.json.ends_with("\"type\":\"\"}")) {
      CHECK(published.empty());
    } else {
      CHECK(complaint_about(golden, published) == "");
    }
  }
}

TEST_CASE("in packet mode the golden file plays the same, because its packets are all different") {
  GoldenFile file = read_golden();
  file.config.mirror = Mirror::packet;
  Mesh mesh(file.config);
  for (const Golden& golden : file.cases) {
    INFO(golden.name);
    CHECK(complaint_about(golden, mesh.receive(golden.topic, golden.envelope)) == "");
  }
}

TEST_CASE("a golden envelope on the old topic kind c gives the same JSON") {
  const GoldenFile file = read_golden();
  Mesh mesh(file.config);
  for (const Golden& golden : file.cases) {
    std::string topic = golden.topic;
    const std::size_t kind = topic.find("/2/e/");
    if (kind == std::string::npos) continue;
    topic[kind + 3] = 'c';
    INFO(golden.name);
    CHECK(complaint_about(golden, mesh.receive(topic, golden.envelope)) == "");
  }
}

TEST_CASE("every prefix of a golden envelope is survived, and what it gives is JSON") {
  const GoldenFile file = read_golden();
  Mesh mesh(file.config);
  for (std::size_t i = 0; i < file.cases.size(); i += 10) {
    const Golden& golden = file.cases[i];
    INFO(golden.name);
    for (std::size_t length = 0; length < golden.envelope.size(); ++length) {
      for (const Published& message : mesh.receive(golden.topic, golden.envelope.substr(0, length))) {
        CHECK(is_json(message.payload));
      }
    }
  }
}

}  // namespace
}  // namespace mesh::test
