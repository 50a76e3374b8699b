// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/time.h"
#include "broker/net/http.h"

namespace admin {

/// Who has logged in by HTTP: each has a random cookie, of which only the hash is kept. At most
/// `max_sessions` of them, the oldest goes; each lasts `lifetime` from its login. One thread.
class HttpSessions {
 public:
  static constexpr std::size_t max_sessions = 256;
  static constexpr base::Duration lifetime = std::chrono::hours{12};
  static constexpr std::string_view cookie_name = "meshbroker_session";

  /// The cookie's value: 256 bits in hex that nobody can guess.
  [[nodiscard]] std::string open(std::string_view user, base::TimePoint now);
  /// Whose it is; none: nobody's any more.
  [[nodiscard]] std::optional<std::string> user_of(std::string_view cookie, base::TimePoint now);
  void close(std::string_view cookie);
  /// Those of users for whom `is_gone`.
  void close_all(const std::function<bool(const std::string& user)>& is_gone);
  std::size_t size() const { return sessions_.size(); }

 private:
  struct Session {
    std::string hash;
    std::string user;
    base::TimePoint since;
  };
  std::list<Session> sessions_;  // the oldest first
};

/// The value of the session's cookie in a request; empty: it has none.
[[nodiscard]] std::string_view session_cookie(const net::HttpRequest& request);
/// The field Set-Cookie. `lifetime` zero: it is taken back.
[[nodiscard]] std::string set_cookie(std::string_view value, base::Duration lifetime, bool is_secure);
/// Whether a page of another site has made a browser send it (RFC 9110; Fetch, "Sec-Fetch-Site"). What is no
/// browser says neither where from nor to where, and has no cookies that a page could use.
[[nodiscard]] bool is_cross_site(const net::HttpRequest& request);
/// In a time that does not tell where they differ.
[[nodiscard]] bool are_same(std::string_view secret, std::string_view given);

}  // namespace admin
