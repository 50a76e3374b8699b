// SPDX-License-Identifier: Apache-2.0
// Bytes of an HTTP client: what is read is within its limits, the same however the bytes are cut, and what a
// second parser (http_parser, once of Node.js) reads of them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <http_parser.h>

#include "broker/base/check.h"
#include "broker/base/text.h"
#include "broker/net/http.h"

namespace {

void check(const net::HttpRequest& request) {
  CHECK(request.path.starts_with('/') && request.path.size() <= net::max_http_target_bytes);
  CHECK(request.body.size() <= net::max_http_body_bytes);
  CHECK(request.path.find('\0') == std::string::npos);  // a client id may have every other byte
  CHECK(request.field("transfer-encoding").empty());
  static_cast<void>(request.parameter("after"));
}

/// A request as the other parser understands it; what it has heard of a name or value may come in pieces.
struct Judge {
  std::string target;
  net::HttpFields fields;
  std::string body;
  bool is_value = false;  // heard last
  bool is_complete = false;

  static Judge& of(http_parser* parser) { return *static_cast<Judge*>(parser->data); }

  static int on_name(http_parser* parser, const char* text, std::size_t size) {
    Judge& judge = of(parser);
    if (judge.fields.empty() || judge.is_value) judge.fields.emplace_back();
    judge.is_value = false;
    for (const char c : std::string_view(text, size)) judge.fields.back().first += base::lower_case(c);
    return 0;
  }
  static int on_value(http_parser* parser, const char* text, std::size_t size) {
    of(parser).is_value = true;
    of(parser).fields.back().second.append(text, size);
    return 0;
  }
  static http_parser_settings settings() {
    http_parser_settings calls{};
    calls.on_url = [](http_parser* parser, const char* text, std::size_t size) {
      of(parser).target.append(text, size);
      return 0;
    };
    calls.on_header_field = on_name;
    calls.on_header_value = on_value;
    calls.on_body = [](http_parser* parser, const char* text, std::size_t size) {
      of(parser).body.append(text, size);
      return 0;
    };
    calls.on_message_complete = [](http_parser* parser) {
      of(parser).is_complete = true;
      return 0;
    };
    return calls;
  }
};

/// Those of one name in the order they came, which is all that matters (RFC 9110, 5.3).
net::HttpFields by_name(net::HttpFields fields) {
  for (auto& [name, value] : fields) value.erase(value.find_last_not_of(" \t") + 1);
  std::ranges::stable_sort(fields, {}, &net::HttpFields::value_type::first);
  return fields;
}

/// What one parser serves as a request and the other as something else lets requests be smuggled past one.
void compare(const net::HttpRequest& request, std::string_view bytes) {
  Judge judge;
  http_parser parser;
  http_parser_init(&parser, HTTP_REQUEST);
  parser.data = &judge;
  const http_parser_settings settings = Judge::settings();
  const std::size_t taken = http_parser_execute(&parser, &settings, bytes.data(), bytes.size());
  // It knows some methods only, and takes what follows an upgrade for something else, as asked.
  if (HTTP_PARSER_ERRNO(&parser) == HPE_INVALID_METHOD || parser.upgrade != 0) return;
  // It takes a name that only begins so for the coding itself.
  for (const auto& [name, value] : request.fields)
    if (name.starts_with("transfer-encoding")) return;
  CHECK(judge.is_complete);
  CHECK(taken == bytes.size());
  CHECK(judge.body == request.body);
  CHECK(by_name(judge.fields) == by_name(request.fields));
}

/// Takes the bytes of the first request off `bytes`; they are known to be one.
std::string_view take_request(std::string_view& bytes, const net::HttpRequest& request) {
  while (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  const std::string_view whole = bytes.substr(0, bytes.find("\r\n\r\n") + 4 + request.body.size());
  bytes.remove_prefix(whole.size());
  return whole;
}

/// All that was understood of it, as a text to compare.
std::string read(base::Bytes bytes, std::size_t piece) {
  net::HttpReader reader;
  std::string told;
  std::string_view unread = base::as_text(bytes);
  while (!bytes.empty()) {
    const std::size_t count = std::min(piece, bytes.size());
    reader.give(bytes.first(count));
    bytes = bytes.subspan(count);
    while (const auto next = reader.next()) {
      if (!*next) return told + std::to_string(next->error().status);
      check(**next);
      compare(**next, take_request(unread, **next));
      const net::HttpRequest& request = **next;
      for (const std::string* part : {&request.method, &request.path, &request.query, &request.body})
        told.append(*part).append("\n");
      for (const auto& [name, value] : request.fields)
        told.append(name).append(":").append(value).append("\n");
    }
  }
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::Bytes bytes(data, size);
  const std::string whole = read(bytes, size + 1);
  const std::string cut = read(bytes, size / 3 + 1);
  // A limit may be seen sooner in pieces, so only what is served has to be the same.
  CHECK(whole == cut || !whole.ends_with('\n') || !cut.ends_with('\n'));
  return 0;
}
