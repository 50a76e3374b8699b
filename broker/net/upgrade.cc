// SPDX-License-Identifier: Apache-2.0
#include "broker/net/upgrade.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <openssl/evp.h>

#include "broker/base/text.h"
#include "broker/net/http.h"

namespace net {
namespace {

namespace http = boost::beast::http;
using Request = http::request<http::empty_body>;

constexpr std::string_view path = "/mqtt";

std::string_view text_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::string_view value_of(const Request& request, std::string_view name) {
  const auto found = request.find(boost::beast::string_view(name.data(), name.size()));
  return found == request.end() ? std::string_view() : text_of(found->value());
}

std::size_t count_of(const Request& request, std::string_view name) {
  return request.count(boost::beast::string_view(name.data(), name.size()));
}

bool has_token(const Request& request, std::string_view name, std::string_view token) {
  const auto range = request.equal_range(boost::beast::string_view(name.data(), name.size()));
  return std::any_of(range.first, range.second, [token](const auto& field) {
    return http::token_list{field.value()}.exists(boost::beast::string_view(token.data(), token.size()));
  });
}

/// The first that the client offers of those that are served; empty: none.
std::string_view protocol_of(const Request& request) {
  for (const std::string_view served : {"mqtt", "mqttv3.1"}) {
    if (has_token(request, "Sec-WebSocket-Protocol", served)) return served;
  }
  return {};
}

/// 16 bytes in base64.
bool is_key(std::string_view key) {
  std::array<unsigned char, 18> bytes{};
  return key.size() == 24 && key.ends_with("==") && key[21] != '=' &&
         EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(key.data()), 24) == 18;
}

std::string accept_of(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(length)};
}

/// "host:port" without its port; brackets stay around an IPv6 address.
std::string_view without_port(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const bool is_port = colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos &&
                       (host.find(':') == colon || host.front() == '[');
  return is_port ? host.substr(0, colon) : host;
}

/// Only browsers say where their page is from; whoever is none can say what he likes.
bool may_come_from(std::string_view origin, std::string_view host, const std::vector<std::string>& origins) {
  const std::string from = base::lower_case(origin);
  const auto is_it = [&](const std::string& allowed) {
    return allowed == "*" || base::lower_case(allowed) == from;
  };
  if (!origins.empty()) return std::ranges::any_of(origins, is_it);
  const std::size_t start = from.find("://");
  return start != std::string::npos &&
         without_port(std::string_view(from).substr(start + 3)) == without_port(base::lower_case(host));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// "192.0.2.7", "192.0.2.7:80", "2001:db8::1", "[2001:db8::1]:80".
std::optional<Address> address_of(std::string_view text) {
  std::string_view host = text;
  if (text.starts_with('[') || std::ranges::count(text, ':') == 1) host = without_port(text);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || host.find('\0') != std::string_view::npos) return std::nullopt;
  const auto address = parse_address(host, 0);
  return address ? std::optional(*address) : std::nullopt;
}

bool is_forwarded(const Request& request) {
  return std::any_of(request.begin(), request.end(), [](const auto& field) {
    return tells_of_proxy(base::lower_case(text_of(field.name_string())));
  });
}

/// Each proxy adds at the end from whom it has it: the first from there that is no proxy of ours is the
/// client.
void find_client(const Request& request, const UpgradeRules& rules, Upgrade& upgrade) {
  upgrade.is_proxied = is_forwarded(request);
  std::string chain;
  const auto range = request.equal_range("X-Forwarded-For");
  for (auto field = range.first; field != range.second; ++field)
    chain += (chain.empty() ? "" : ",") + std::string(text_of(field->value()));
  if (chain.empty() || !rules.is_trusted || !rules.is_trusted(rules.peer)) return;
  for (std::string_view rest = chain; !rest.empty();) {
    const std::size_t comma = rest.rfind(',');
    const auto hop = address_of(trimmed(comma == std::string_view::npos ? rest : rest.substr(comma + 1)));
    if (!hop) return;
    upgrade.client = *hop;
    if (comma == std::string_view::npos || !rules.is_trusted(*hop)) return;
    rest = rest.substr(0, comma);
  }
}

struct Refusal {
  std::string_view status;
  std::string_view why;
  std::string_view fields = {};
};

Upgrade refuse(const Refusal& refusal) {
  Upgrade upgrade{.why = refusal.why, .response = {}, .client = {}};
  upgrade.response = "HTTP/1.1 " + std::string(refusal.status) + "\r\n" + std::string(refusal.fields) +
                     "Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " +
                     std::to_string(refusal.why.size() + 1) + "\r\n\r\n" + std::string(refusal.why) + "\n";
  return upgrade;
}

constexpr std::string_view upgrade_fields = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";

/// What is wrong with it; none: nothing.
std::optional<Refusal> wrong_with(const Request& request, const UpgradeRules& rules) {
  const std::string_view target = text_of(request.target());
  if (target.substr(0, target.find('?')) != path)
    return Refusal{"404 Not Found", "MQTT by WebSocket is served at /mqtt"};
  if (request.method() != http::verb::get)
    return Refusal{"405 Method Not Allowed", "a WebSocket begins with GET", "Allow: GET\r\n"};
  if (request.version() < 11 || count_of(request, "Host") != 1 || count_of(request, "Origin") > 1)
    return Refusal{"400 Bad Request", "no request of HTTP/1.1 with one Host"};
  if (!has_token(request, "Upgrade", "websocket") || !has_token(request, "Connection", "upgrade"))
    return Refusal{"426 Upgrade Required", "here MQTT is spoken by WebSocket", upgrade_fields};
  if (value_of(request, "Sec-WebSocket-Version") != "13")
    return Refusal{"426 Upgrade Required", "only version 13 of WebSocket is served", upgrade_fields};
  if (count_of(request, "Sec-WebSocket-Key") != 1 || !is_key(value_of(request, "Sec-WebSocket-Key")))
    return Refusal{"400 Bad Request", "the Sec-WebSocket-Key is none"};
  if (protocol_of(request).empty())
    return Refusal{"400 Bad Request", "no subprotocol \"mqtt\" is offered [MQTT-6.0.0-3]"};
  const std::string_view host = value_of(request, "Host");
  if (count_of(request, "Origin") == 1 && !may_come_from(value_of(request, "Origin"), host, rules.origins))
    return Refusal{"403 Forbidden", "pages of this origin may not connect: see listener.origins"};
  return std::nullopt;
}

}  // namespace

Upgrade judge_upgrade(std::string_view head, const UpgradeRules& rules) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(max_upgrade_bytes + 1);
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error || has_folded_line(head) || !parser.is_header_done() || parser.chunked() ||
      parser.content_length().value_or(0) != 0)
    return refuse({"400 Bad Request", "what it sent first is no HTTP request"});
  const Request& request = parser.get();
  Upgrade upgrade;
  const auto refusal = wrong_with(request, rules);
  if (refusal) {
    upgrade = refuse(*refusal);
  } else {
    upgrade.is_accepted = true;
    upgrade.response =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        accept_of(value_of(request, "Sec-WebSocket-Key")) +
        "\r\nSec-WebSocket-Protocol: " + std::string(protocol_of(request)) + "\r\n\r\n";
  }
  find_client(request, rules, upgrade);
  return upgrade;
}

Upgrade upgrade_too_long() {
  return refuse(
      {"431 Request Header Fields Too Large", "its request has more than 8 KiB before the empty line"});
}

}  // namespace net
