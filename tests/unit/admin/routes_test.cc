// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/routes.h"

#include <catch2/catch.hpp>
#include <simdjson.h>

using admin::find_route;
using admin::Right;
using admin::Route;

namespace {

auto found(std::string method, std::string path) {
  return find_route(
      {.method = std::move(method), .path = std::move(path), .query = {}, .fields = {}, .body = {}});
}

}  // namespace

TEST_CASE("a request is found by its method and path, HEAD as GET") {
  CHECK(found("GET", "/healthz")->row->route == Route::healthz);
  CHECK(found("HEAD", "/metrics")->row->route == Route::metrics);
  CHECK(found("GET", "/api/v1/clients")->row->route == Route::clients);
  const auto one = found("DELETE", "/api/v1/clients/a/b c");
  REQUIRE(one);
  CHECK(one->row->route == Route::disconnect);
  CHECK(one->rest == "a/b c");
}

TEST_CASE("what is not there is 404, what may not be done there 405 with what may") {
  CHECK(found("GET", "/nothing").error().status == 404);
  CHECK(found("GET", "/api/v1/clients/").error().status == 404);
  CHECK(found("get", "/healthz").error().status == 405);  // methods are case-sensitive
  const auto refused = found("PUT", "/api/v1/clients/a");
  CHECK(refused.error().status == 405);
  CHECK(refused.error().fields == net::HttpFields{{"Allow", "GET, HEAD, DELETE"}});
}

TEST_CASE("whatever changes something needs a login, but for logging in and out") {
  for (const admin::RouteRow& row : admin::routes()) {
    CAPTURE(row.method, row.path);
    const bool is_about_login = row.route == Route::login || row.route == Route::logout;
    CHECK((row.method == "GET" || is_about_login) == (row.right != Right::change));
  }
}

TEST_CASE("a refusal is JSON with what is wrong and what to do") {
  const net::HttpResponse response = admin::refusal(400, "a \"b\"\n", "c");
  simdjson::dom::parser parser;
  const simdjson::dom::object object = parser.parse(simdjson::padded_string(response.body));
  CHECK(std::string_view(object["error"]) == "a \"b\"\n");
  CHECK(std::string_view(object["hint"]) == "c");
}
