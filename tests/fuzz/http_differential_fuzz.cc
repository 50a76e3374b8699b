// SPDX-License-Identifier: Apache-2.0
// Requests of an HTTP client, read by the broker and by a naive reader that is as strict as RFC 9112 lets it
// be: both serve the same requests and understand the same by them, so that no proxy in between can be made
// to disagree. (http_fuzz asks a parser of others what is served.)
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/check.h"
#include "broker/base/text.h"
#include "broker/net/http.h"

namespace {

/// How the input says where its bytes are cut: the first says how many follow it that say how long the pieces
/// are, in rotation; the rest is heard.
class Pieces {
 public:
  explicit Pieces(base::Bytes input) {
    if (input.empty()) return;
    const std::size_t count = std::min<std::size_t>(input[0] % 8, input.size() - 1);
    lengths_ = input.subspan(1, count);
    content_ = input.subspan(1 + count);
  }

  base::Bytes content() const { return content_; }
  /// Of the piece that comes next, at least 1; 64 where nothing is said.
  std::size_t next_length() { return lengths_.empty() ? 64 : 1 + lengths_[turn_++ % lengths_.size()]; }

 private:
  base::Bytes lengths_;
  base::Bytes content_;
  std::size_t turn_ = 0;
};

bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  const auto is_in = [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           others.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, is_in);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// What stands before `mark`, which goes with it. None: there is no `mark`.
std::optional<std::string_view> take_to(std::string_view& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at + mark.size());
  return taken;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::size_t count_of(const net::HttpFields& fields, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count(fields, name, &net::HttpFields::value_type::first));
}

bool has_option(const net::HttpFields& fields, std::string_view option) {
  for (const auto& [name, value] : fields) {
    if (name != "connection") continue;
    std::string list = base::lower_case(value) + ",";
    for (std::string_view rest = list; !rest.empty();) {
      if (trimmed(*take_to(rest, ",")) == option) return true;
    }
  }
  return false;
}

/// RFC 9110, 5.6.1: elements may be empty.
bool is_list_of_tokens(std::string_view value) {
  const std::string list = std::string(value) + ",";
  for (std::string_view rest = list; !rest.empty();) {
    const std::string_view element = trimmed(*take_to(rest, ","));
    if (!element.empty() && !is_token(element)) return false;
  }
  return true;
}

int hex_digit(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const std::size_t at = digits.find(base::lower_case({&c, 1}));
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '%') {
      if (text.size() < 2 || hex_digit(text[0]) < 0 || hex_digit(text[1]) < 0) return std::nullopt;
      c = static_cast<char>(hex_digit(text[0]) * 16 + hex_digit(text[1]));
      text.remove_prefix(2);
    }
    if (c == '\0') return std::nullopt;
    out.push_back(c);
  }
  return out;
}

bool is_of_host(char c) {
  return is_token({&c, 1}) ? std::string_view("!#$&'*+^`|").find(c) == std::string_view::npos
                           : c == ':' || c == '[' || c == ']';
}

/// RFC 9112, 3.2: origin-form, or absolute-form whose authority ends where RFC 3986, 3.2 says.
bool read_target(std::string_view target, net::HttpRequest& request) {
  if (target.empty() || target.size() > net::max_http_target_bytes) return false;
  if (std::ranges::any_of(target, [](char c) { return c == ' ' || is_control(c); })) return false;
  if (target[0] != '/') {
    const auto scheme = take_to(target, "://");
    if (!scheme || (base::lower_case(*scheme) != "http" && base::lower_case(*scheme) != "https"))
      return false;
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    if (end == 0 || std::ranges::any_of(target.substr(0, end), [](char c) { return !is_of_host(c); }))
      return false;
    target.remove_prefix(end);
  }
  const std::size_t mark = std::min(target.find('?'), target.size());
  const auto path = decoded(target.substr(0, mark));
  if (!path) return false;
  request.path = path->empty() ? "/" : *path;
  request.query = mark == target.size() ? "" : target.substr(mark + 1);
  return true;
}

/// No space before the colon, no line that goes on in the next, no control character but the tab.
bool read_field(std::string_view line, net::HttpFields& fields) {
  const auto name = take_to(line, ":");
  if (!name || !is_token(*name)) return false;
  if (std::ranges::any_of(line, [](char c) { return c != '\t' && is_control(c); })) return false;
  fields.emplace_back(base::lower_case(*name), trimmed(line));
  const auto& [key, value] = fields.back();
  if (key == "connection" || key == "proxy-connection") return is_list_of_tokens(value);
  return true;
}

/// The length of the body. None: there is doubt about it.
std::optional<std::size_t> body_bytes(const net::HttpRequest& request) {
  if (count_of(request.fields, "transfer-encoding") != 0) return std::nullopt;
  const std::size_t count = count_of(request.fields, "content-length");
  if (count == 0) return 0;
  const std::string_view text = request.field("content-length");
  if (count > 1 || text.empty()) return std::nullopt;
  std::size_t length = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    length = length * 10 + static_cast<std::size_t>(c - '0');
    if (length > net::max_http_body_bytes) return std::nullopt;
  }
  return length;
}

/// A head without its empty line.
bool read_head(std::string_view head, net::HttpRequest& request) {
  std::string lines = std::string(head) + "\r\n";
  std::string_view rest = lines;
  std::string_view first = *take_to(rest, "\r\n");
  const auto method = take_to(first, " ");
  const auto target = take_to(first, " ");
  if (!method || !target || !is_token(*method) || (first != "HTTP/1.1" && first != "HTTP/1.0")) return false;
  request.method = *method;
  if (!read_target(*target, request)) return false;
  while (!rest.empty()) {
    if (!read_field(*take_to(rest, "\r\n"), request.fields)) return false;
  }
  const bool is_new = first == "HTTP/1.1";
  request.keeps_alive =
      is_new ? !has_option(request.fields, "close") : has_option(request.fields, "keep-alive");
  const std::size_t hosts = count_of(request.fields, "host");
  return (hosts == 1 || (hosts == 0 && !is_new)) && count_of(request.fields, "expect") == 0;
}

std::string text_of(const net::HttpRequest& request) {
  std::string text = request.method + " " + request.path + "?" + request.query + "\n";
  // Only the order of those with the same name means something (RFC 9110, 5.3).
  net::HttpFields fields = request.fields;
  std::ranges::stable_sort(fields, {}, &net::HttpFields::value_type::first);
  for (const auto& [name, value] : fields) text += name + ":" + value + "\n";
  return text + (request.keeps_alive ? "stays\n" : "closes\n") + request.body + "\n";
}

struct Reading {
  std::vector<std::string> served;
  bool is_refused = false;
};

Reading read_naively(std::string_view text) {
  Reading reading;
  for (;;) {
    std::size_t blank_lines = 0;
    for (; text.starts_with("\r\n"); ++blank_lines) text.remove_prefix(2);
    if (blank_lines > net::max_http_blank_lines) break;
    const std::size_t before = text.size();
    net::HttpRequest request;
    const auto head = take_to(text, "\r\n\r\n");
    if (!head) return {reading.served, before > net::max_http_head_bytes};
    if (head->size() + 4 > net::max_http_head_bytes || !read_head(*head, request)) break;
    const auto length = body_bytes(request);
    if (!length) break;
    if (text.size() < *length) return reading;
    request.body = text.substr(0, *length);
    text.remove_prefix(*length);
    reading.served.push_back(text_of(request));
  }
  reading.is_refused = true;
  return reading;
}

/// What the broker makes of it. `pieces`: none, it comes as a whole.
Reading read(base::Bytes bytes, Pieces* pieces) {
  net::HttpReader reader;
  Reading reading;
  while (!bytes.empty()) {
    const std::size_t length =
        std::min(pieces == nullptr ? bytes.size() : pieces->next_length(), bytes.size());
    reader.give(bytes.first(length));
    bytes = bytes.subspan(length);
    while (const auto next = reader.next()) {
      if (!*next) {
        reading.is_refused = true;
        return reading;
      }
      reading.served.push_back(text_of(**next));
    }
  }
  return reading;
}

void compare(const Reading& ours, const Reading& naive) {
  CHECK(ours.served == naive.served);
  CHECK(ours.is_refused == naive.is_refused);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Pieces pieces({data, size});
  const Reading naive = read_naively(base::as_text(pieces.content()));
  compare(read(pieces.content(), nullptr), naive);
  compare(read(pieces.content(), &pieces), naive);
  return 0;
}
