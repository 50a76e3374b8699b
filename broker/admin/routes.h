// SPDX-License-Identifier: Apache-2.0
// What the HTTP listener serves, as a table: which request is which, and who may make it. Pure.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "broker/base/expected.h"
#include "broker/net/http.h"

namespace admin {

enum class Route : std::uint8_t {
  home,
  healthz,
  readyz,
  metrics,
  stats,
  clients,
  client,
  disconnect,
  trace,
  untrace,
  bans,
  forgive,
  reload,
  login,
  logout,
};

/// What a request needs. Nothing; that it comes from where anonymous clients may come from, or has logged in;
/// that it has logged in.
enum class Right : std::uint8_t { open, read, change };

struct RouteRow {
  std::string_view method;
  std::string_view path;  // "*" at its end: one level more, see Found::rest
  Route route;
  Right right;
  std::string_view help;
};
[[nodiscard]] std::span<const RouteRow> routes();

struct Found {
  const RouteRow* row;
  std::string rest = {};  // what stands where the path has its "*"
};

/// HEAD is GET. The error is the answer: 404, or 405 with what is allowed.
[[nodiscard]] base::Expected<Found, net::HttpResponse> find_route(const net::HttpRequest& request);

/// `{"error": …, "hint": …}`.
[[nodiscard]] net::HttpResponse refusal(unsigned status, std::string_view error, std::string_view hint);

}  // namespace admin
