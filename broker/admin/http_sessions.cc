// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/http_sessions.h"

#include <algorithm>
#include <array>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "broker/base/check.h"

namespace admin {
namespace {

std::string hash_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  CHECK(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string random_hex() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, 32> random{};
  CHECK(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
  std::string hex;
  for (const unsigned char byte : random) hex.append({digits[byte >> 4U], digits[byte & 15U]});
  return hex;
}

}  // namespace

std::string HttpSessions::open(std::string_view user, base::TimePoint now) {
  if (sessions_.size() == max_sessions) sessions_.pop_front();
  std::string cookie = random_hex();
  sessions_.push_back({hash_of(cookie), std::string(user), now});
  return cookie;
}

std::optional<std::string> HttpSessions::user_of(std::string_view cookie, base::TimePoint now) {
  while (!sessions_.empty() && now - sessions_.front().since >= lifetime) sessions_.pop_front();
  const auto found = std::ranges::find(sessions_, hash_of(cookie), &Session::hash);
  if (found == sessions_.end()) return std::nullopt;
  return found->user;
}

void HttpSessions::close(std::string_view cookie) {
  sessions_.remove_if([hash = hash_of(cookie)](const Session& each) { return each.hash == hash; });
}

void HttpSessions::close_all(const std::function<bool(const std::string& user)>& is_gone) {
  sessions_.remove_if([&is_gone](const Session& each) { return is_gone(each.user); });
}

std::string_view session_cookie(const net::HttpRequest& request) {
  for (std::string_view rest = request.field("cookie"); !rest.empty();) {
    const std::string_view each = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(each.size() + 1, rest.size()));
    const std::string_view pair = each.substr(std::min(each.find_first_not_of(' '), each.size()));
    if (pair.starts_with(HttpSessions::cookie_name) && pair.size() > HttpSessions::cookie_name.size() &&
        pair[HttpSessions::cookie_name.size()] == '=')
      return pair.substr(HttpSessions::cookie_name.size() + 1);
  }
  return {};
}

std::string set_cookie(std::string_view value, base::Duration lifetime, bool is_secure) {
  std::string field(HttpSessions::cookie_name);
  field.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Strict; Max-Age=");
  field.append(std::to_string(lifetime.count() / 1000));
  return field.append(is_secure ? "; Secure" : "");
}

bool is_cross_site(const net::HttpRequest& request) {
  const std::string_view site = request.field("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return true;
  const std::string_view origin = request.field("origin");
  if (origin.empty()) return false;
  const std::size_t start = origin.find("://");
  return start == std::string_view::npos || origin.substr(start + 3) != request.field("host");
}

bool are_same(std::string_view secret, std::string_view given) {
  const std::string known = hash_of(secret), shown = hash_of(given);
  return CRYPTO_memcmp(known.data(), shown.data(), known.size()) == 0;
}

}  // namespace admin
