// SPDX-License-Identifier: Apache-2.0
#include "broker/net/http.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>

#include "broker/base/text.h"

namespace net {
namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::string_body>;
using Head = http::request<http::string_body>;

constexpr std::string_view end_of_head = "\r\n\r\n";

struct Status {
  unsigned code;
  std::string_view phrase;
};
constexpr std::array<Status, 24> statuses = {{
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
}};

std::string_view phrase_of(unsigned code) {
  const auto* const found = std::ranges::find(statuses, code, &Status::code);
  return found == statuses.end() ? "Unknown" : found->phrase;
}

/// What every answer says: nobody keeps it, frames it or takes it for something else.
constexpr std::string_view common_fields =
    "Cache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";

std::string_view text_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::size_t count_of(const Head& head, std::string_view name) {
  return head.count(boost::beast::string_view(name.data(), name.size()));
}

std::string_view value_of(const Head& head, std::string_view name) {
  const auto found = head.find(boost::beast::string_view(name.data(), name.size()));
  return found == head.end() ? std::string_view() : text_of(found->value());
}

/// Two lengths, or a length and chunks, are how a request is smuggled past a proxy (RFC 9112, 11.2).
std::optional<HttpProblem> wrong_with(const Head& head) {
  const std::size_t lengths = count_of(head, "Content-Length");
  const std::size_t codings = count_of(head, "Transfer-Encoding");
  if (lengths > 1 || (lengths == 1 && codings != 0)) return HttpProblem{400, "its length is said twice"};
  if (value_of(head, "Content-Length").find_first_not_of("0123456789") != std::string_view::npos)
    return HttpProblem{400, "its Content-Length is no number"};
  if (codings != 0) {
    const bool is_chunked = base::lower_case(value_of(head, "Transfer-Encoding")) == "chunked";
    return is_chunked ? HttpProblem{411, "a body is taken with Content-Length only"}
                      : HttpProblem{501, "this Transfer-Encoding is not served"};
  }
  if (count_of(head, "Host") > 1 || (head.version() == 11 && count_of(head, "Host") != 1))
    return HttpProblem{400, "a request has one Host"};
  if (count_of(head, "Expect") != 0) return HttpProblem{417, "expectations are not served"};
  return std::nullopt;
}

/// Beast looks at the first Connection field only, and a client may send several (RFC 9110, 5.3).
bool has_connection_option(const Head& head, std::string_view option) {
  const auto range = head.equal_range("Connection");
  return std::any_of(range.first, range.second, [option](const auto& field) {
    return http::token_list{field.value()}.exists(boost::beast::string_view(option.data(), option.size()));
  });
}

bool keeps_alive(const Head& head) {
  return head.version() == 11 ? !has_connection_option(head, "close")
                              : has_connection_option(head, "keep-alive");
}

HttpProblem problem_of(const boost::beast::error_code& error) {
  if (error == http::error::bad_version) return {505, "only HTTP/1.1 and HTTP/1.0 are served"};
  if (error == http::error::header_limit) return {431, "its head is longer than 8 KiB"};
  return {400, "it is no HTTP request"};
}

/// Of a host and its port (RFC 3986, 3.2.2), but for characters that no host has in practice.
bool is_of_host(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~%:[]").find(c) != std::string_view::npos;
}

/// The whole of "http://host/path" may stand where the path does (RFC 9112, 3.2.2). The host ends where a
/// path or a query begins: "http://host?a=/b" has no path.
std::string_view without_origin(std::string_view target) {
  const std::size_t mark = std::min(target.find("://"), target.size());
  const std::string scheme = base::lower_case(target.substr(0, mark));
  if (mark == target.size() || (scheme != "http" && scheme != "https")) return target;
  const std::size_t host = mark + 3;
  const std::size_t end = std::min(target.find_first_of("/?", host), target.size());
  const std::string_view origin = target.substr(host, end - host);
  if (origin.empty() || !std::ranges::all_of(origin, is_of_host)) return target;
  return target.substr(end);
}

std::optional<HttpProblem> read_target(std::string_view target, HttpRequest& request) {
  const std::string_view local = without_origin(target);
  const bool is_whole_url = local.size() != target.size();
  const std::size_t mark = std::min(local.find('?'), local.size());
  auto path = percent_decoded(mark == 0 && is_whole_url ? "/" : local.substr(0, mark));
  if (!path || !path->starts_with('/')) return HttpProblem{400, "its path is none"};
  request.path = *std::move(path);
  request.query = local.substr(std::min(mark + 1, local.size()));
  return std::nullopt;
}

std::optional<std::uint8_t> hex_byte(std::string_view digits) {
  std::uint8_t byte = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
  if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2) return std::nullopt;
  return byte;
}

}  // namespace

bool tells_of_proxy(std::string_view name) {
  return name == "forwarded" || name == "via" || name == "x-real-ip" || name.starts_with("x-forwarded-");
}

std::string_view HttpRequest::field(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &HttpFields::value_type::first);
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<std::string> HttpRequest::parameter(std::string_view name) const {
  for (std::string_view rest = query; !rest.empty();) {
    const std::string_view each = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(each.size() + 1, rest.size()));
    const std::size_t equals = std::min(each.find('='), each.size());
    if (each.substr(0, equals) == name)
      return percent_decoded(each.substr(std::min(equals + 1, each.size())));
  }
  return std::nullopt;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const auto byte = hex_byte(text.substr(i + 1, 2));
      if (!byte) return std::nullopt;
      c = static_cast<char>(*byte);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    out.push_back(c);
  }
  return out;
}

bool has_folded_line(std::string_view head) {
  return head.find("\r\n ") != std::string_view::npos || head.find("\r\n\t") != std::string_view::npos;
}

std::string http_date(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

std::string to_text(const HttpResponse& response, bool is_head, bool keeps_alive, std::string_view date) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " ";
  text.append(phrase_of(response.status)).append("\r\nDate: ").append(date).append("\r\n");
  text.append(common_fields);
  text.append(keeps_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n");
  for (const auto& [name, value] : response.fields)
    text.append(name).append(": ").append(value).append("\r\n");
  if (response.status != 204) {
    text.append("Content-Type: ").append(response.content_type).append("\r\n");
    text.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  }
  text.append("\r\n");
  if (!is_head && response.status != 204) text.append(response.body);
  return text;
}

std::optional<base::Expected<HttpRequest, HttpProblem>> HttpReader::next() {
  if (!head_) {
    if (!skip_blank_lines())
      return base::make_unexpected(HttpProblem{400, "empty lines stand where a request should begin"});
    const std::size_t found = buffer_.find(end_of_head, searched_);
    const std::size_t head_bytes = found == std::string::npos ? buffer_.size() : found + end_of_head.size();
    if (head_bytes > max_http_head_bytes) {
      const bool is_line = buffer_.find("\r\n") > max_http_target_bytes;
      return base::make_unexpected(is_line ? HttpProblem{414, "its first line is longer than 2 KiB"}
                                           : HttpProblem{431, "its head is longer than 8 KiB"});
    }
    searched_ = buffer_.size() < 3 ? 0 : buffer_.size() - 3;
    if (found == std::string::npos) return std::nullopt;
    if (const auto problem = take_head(head_bytes)) return base::make_unexpected(*problem);
  }
  if (buffer_.size() < body_bytes_) return std::nullopt;
  HttpRequest request = *std::exchange(head_, std::nullopt);
  request.body = buffer_.substr(0, body_bytes_);
  buffer_.erase(0, body_bytes_);
  return request;
}

/// A client may end a body with a line too much (RFC 9112, 2.2); it has no reason to send many. False: it
/// has.
bool HttpReader::skip_blank_lines() {
  std::size_t end = 0;
  while (std::string_view(buffer_).substr(end).starts_with("\r\n")) end += 2;
  buffer_.erase(0, end);
  blank_lines_ += end / 2;
  return blank_lines_ <= max_http_blank_lines;
}

std::optional<HttpProblem> HttpReader::take_head(std::size_t end) {
  if (has_folded_line(std::string_view(buffer_).substr(0, end)))
    return HttpProblem{400, "a field of its head is folded"};
  Parser parser;
  parser.header_limit(max_http_head_bytes + 1);
  parser.skip(true);  // the body is counted here
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(buffer_.data(), end), error);
  if (error) return problem_of(error);
  if (!parser.is_header_done()) return HttpProblem{400, "it is no HTTP request"};
  const Head& head = parser.get();
  if (const auto problem = wrong_with(head)) return problem;
  const std::uint64_t length = parser.content_length().value_or(0);
  if (length > max_http_body_bytes) return HttpProblem{413, "its body is longer than 64 KiB"};
  if (head.target().size() > max_http_target_bytes) return HttpProblem{414, "its path is longer than 2 KiB"};
  HttpRequest request;
  request.method = text_of(head.method_string());
  request.keeps_alive = keeps_alive(head);
  if (const auto problem = read_target(text_of(head.target()), request)) return problem;
  for (const auto& field : head)
    request.fields.emplace_back(base::lower_case(text_of(field.name_string())), text_of(field.value()));
  head_ = std::move(request);
  body_bytes_ = static_cast<std::size_t>(length);
  buffer_.erase(0, end);
  searched_ = 0;
  blank_lines_ = 0;
  return std::nullopt;
}

}  // namespace net
