// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/routes.h"

#include "broker/admin/api_json.h"

namespace admin {
namespace {

constexpr RouteRow table[] = {
    {"GET", "/", Route::home, Right::open, "this list"},
    {"GET", "/healthz", Route::healthz, Right::open, "200: the process answers"},
    {"GET", "/readyz", Route::readyz, Right::open, "200: it serves; 503: why not"},
    {"GET", "/metrics", Route::metrics, Right::read, "for Prometheus"},
    {"GET", "/api/v1/stats", Route::stats, Right::read, "the same counts as JSON"},
    {"GET", "/api/v1/clients", Route::clients, Right::read, "clients by id: ?after=ID&count=N"},
    {"GET", "/api/v1/clients/*", Route::client, Right::read, "one client"},
    {"DELETE", "/api/v1/clients/*", Route::disconnect, Right::change, "ends its connection"},
    {"POST", "/api/v1/traces/*", Route::trace, Right::change, "logs this client's packets: ?seconds=N"},
    {"DELETE", "/api/v1/traces/*", Route::untrace, Right::change, "does so no more"},
    {"GET", "/api/v1/bans", Route::bans, Right::read, "whose logins are refused for a while"},
    {"DELETE", "/api/v1/bans", Route::forgive, Right::change, "forgets all of them"},
    {"DELETE", "/api/v1/bans/*", Route::forgive, Right::change, "forgets an address or a user"},
    {"POST", "/api/v1/reload", Route::reload, Right::change,
     "reads configuration and files again, as SIGHUP"},
    {"POST", "/api/v1/login", Route::login, Right::open, "{\"user\", \"password\"}: a session cookie"},
    {"POST", "/api/v1/logout", Route::logout, Right::open, "ends the session"},
};

/// Whether the path is meant; `rest` is what stands for the "*".
bool matches(std::string_view pattern, std::string_view path, std::string& rest) {
  if (!pattern.ends_with('*')) return pattern == path;
  pattern.remove_suffix(1);
  if (!path.starts_with(pattern) || path.size() == pattern.size()) return false;
  rest = path.substr(pattern.size());
  return true;
}

}  // namespace

std::span<const RouteRow> routes() { return table; }

base::Expected<Found, net::HttpResponse> find_route(const net::HttpRequest& request) {
  const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : request.method;
  std::string allowed;
  for (const RouteRow& row : table) {
    std::string rest;
    if (!matches(row.path, request.path, rest)) continue;
    if (row.method == method) return Found{&row, std::move(rest)};
    allowed.append(allowed.empty() ? "" : ", ").append(row.method);
    if (row.method == "GET") allowed.append(", HEAD");
  }
  if (allowed.empty())
    return base::make_unexpected(refusal(404, "nothing is served here", "GET / lists what is"));
  net::HttpResponse response = refusal(405, "this method is not served here", "allowed: " + allowed);
  response.fields.emplace_back("Allow", allowed);
  return base::make_unexpected(std::move(response));
}

net::HttpResponse refusal(unsigned status, std::string_view error, std::string_view hint) {
  return {.status = status, .body = error_json(error, hint)};
}

}  // namespace admin
