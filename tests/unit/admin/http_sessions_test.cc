// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/http_sessions.h"

#include <catch2/catch.hpp>

using admin::HttpSessions;

namespace {

base::TimePoint at(std::int64_t seconds) { return base::TimePoint(std::chrono::seconds{seconds}); }

net::HttpRequest with(net::HttpFields fields) {
  return {.method = "POST", .path = "/", .query = {}, .fields = std::move(fields), .body = {}};
}

}  // namespace

TEST_CASE("a session is known by its cookie until its time is over or it is closed") {
  HttpSessions sessions;
  const std::string cookie = sessions.open("alice", at(0));
  CHECK(cookie.size() == 64);
  CHECK(sessions.open("bob", at(0)) != cookie);
  CHECK(sessions.user_of(cookie, at(12 * 3600 - 1)) == "alice");
  CHECK_FALSE(sessions.user_of(cookie + "0", at(1)));
  CHECK_FALSE(sessions.user_of("", at(1)));
  sessions.close(cookie);
  CHECK_FALSE(sessions.user_of(cookie, at(1)));
  CHECK(sessions.size() == 1);
  CHECK_FALSE(sessions.user_of(cookie, at(12 * 3600)));
  CHECK(sessions.size() == 0);
}

TEST_CASE("sessions of users that are gone are closed") {
  HttpSessions sessions;
  const std::string alices = sessions.open("alice", at(0)), bobs = sessions.open("bob", at(0));
  sessions.close_all([](const std::string& user) { return user == "alice"; });
  CHECK_FALSE(sessions.user_of(alices, at(1)));
  CHECK(sessions.user_of(bobs, at(1)) == "bob");
}

TEST_CASE("there are never more sessions than the limit, the oldest goes") {
  HttpSessions sessions;
  const std::string first = sessions.open("alice", at(0));
  const std::string second = sessions.open("alice", at(0));
  for (std::size_t i = 1; i < HttpSessions::max_sessions; ++i)
    static_cast<void>(sessions.open("alice", at(1)));
  CHECK(sessions.size() == HttpSessions::max_sessions);
  CHECK_FALSE(sessions.user_of(first, at(1)));
  CHECK(sessions.user_of(second, at(1)));
}

TEST_CASE("the session's cookie is found among others") {
  const auto cookie_of = [](std::string field) {
    return std::string(admin::session_cookie(with({{"cookie", std::move(field)}})));
  };
  CHECK(cookie_of("meshbroker_session=abc") == "abc");
  CHECK(cookie_of("a=b; meshbroker_session=abc; c=d") == "abc");
  CHECK(cookie_of("xmeshbroker_session=abc").empty());
  CHECK(cookie_of("meshbroker_sessions=abc").empty());
  CHECK(cookie_of("").empty());
}

TEST_CASE("a cookie is for this site and no script, and behind TLS for TLS only") {
  const std::string field = admin::set_cookie("abc", HttpSessions::lifetime, true);
  CHECK(field == "meshbroker_session=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure");
  CHECK(admin::set_cookie("", {}, false).ends_with("Max-Age=0"));
}

TEST_CASE("what another site's page makes a browser send is told apart") {
  CHECK_FALSE(admin::is_cross_site(with({{"host", "h:80"}})));
  CHECK_FALSE(admin::is_cross_site(with({{"host", "h:80"}, {"origin", "http://h:80"}})));
  CHECK(admin::is_cross_site(with({{"host", "h:80"}, {"origin", "http://h"}})));
  CHECK(admin::is_cross_site(with({{"host", "h:80"}, {"origin", "null"}})));
  CHECK(admin::is_cross_site(with({{"host", "h"}, {"sec-fetch-site", "cross-site"}})));
  CHECK(admin::is_cross_site(with({{"host", "h"}, {"sec-fetch-site", "same-site"}})));
  CHECK_FALSE(admin::is_cross_site(with({{"host", "h"}, {"sec-fetch-site", "same-origin"}})));
}

TEST_CASE("a shown secret is the kept one only if all of it is") {
  CHECK(admin::are_same("0123456789abcdef", "0123456789abcdef"));
  CHECK_FALSE(admin::are_same("0123456789abcdef", "0123456789abcde"));
  CHECK_FALSE(admin::are_same("0123456789abcdef", ""));
}
