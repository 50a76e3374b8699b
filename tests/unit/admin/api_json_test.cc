// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/api_json.h"

#include <catch2/catch.hpp>
#include <simdjson.h>

namespace {

bool is_json(const std::string& text) {
  simdjson::dom::parser parser;
  return parser.parse(simdjson::padded_string(text)).error() == simdjson::SUCCESS;
}

}  // namespace

TEST_CASE("a client is told with its name escaped, also if that is no UTF-8") {
  const core::SessionFacts client{
      .client_id = "a\"b\xff", .is_connected = true, .lasted = std::chrono::seconds{5}};
  const std::string json = admin::client_json(client);
  CHECK(is_json(json));
  CHECK(json.find(R"("id":"a\"b?")") != std::string::npos);
  CHECK(json.find(R"("connected_seconds":5)") != std::string::npos);
}

TEST_CASE("a page of clients says where the next begins, the last one does not") {
  const std::vector<core::SessionFacts> clients = {{.client_id = "a"}, {.client_id = "b"}};
  CHECK(admin::clients_json(clients, "b").ends_with(R"(],"next":"b"})"));
  CHECK(admin::clients_json(clients, "").ends_with("]}"));
  CHECK(admin::clients_json({}, "") == R"({"clients":[]})");
}

TEST_CASE("the counts are one object, with those of plugins under their names") {
  admin::BrokerCounts counts;
  core::CoreCounters core(core::metric_names);
  core::CloseCounters closed(core::close_reason_names);
  core.add(core::Metric::messages_received, 3);
  counts.workers = {{.core = core.read(), .closed = closed.read()}};
  counts.listeners = {{.place = "127.0.0.1:1883", .protocol = "mqtt", .open = 2, .refused = {}}};
  counts.plugins = {{"mesh", {{"mesh_things", 7}}}};
  const std::string json = admin::stats_json(counts);
  CHECK(is_json(json));
  CHECK(json.find(R"("messages_received":3)") != std::string::npos);
  CHECK(json.find(R"("mesh":{"mesh_things":7})") != std::string::npos);
  CHECK(json.find("\"store\"") == std::string::npos);
}

TEST_CASE("credentials are two texts, whatever else is there") {
  const auto read = admin::read_credentials(R"({"user":"a","password":"b:c","x":1})");
  REQUIRE(read);
  CHECK(read->user == "a");
  CHECK(read->password == "b:c");
  const char* const bad =
      GENERATE("", "{", "[]", "{}", R"({"user":"a"})", R"({"user":"a","password":1})", "null");
  CHECK_FALSE(admin::read_credentials(bad));
}

TEST_CASE("bans, reasons and routes are lists") {
  CHECK(admin::bans_json({{"10.0.0.1", 12, true, std::chrono::seconds{600}}}) ==
        R"({"bans":[{"whom":"10.0.0.1","failures":12,"is":"ban","seconds_left":600}]})");
  CHECK(admin::readiness_json({}) == R"({"status":"ready","reasons":[]})");
  CHECK(admin::readiness_json({"x"}) == R"({"status":"not ready","reasons":["x"]})");
  CHECK(is_json(admin::routes_json()));
}
