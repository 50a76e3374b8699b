// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 (RFC 9112) as far as an API needs it: requests with a body of known length, answers in one piece.
// Bytes in, values out: pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/expected.h"

namespace net {

/// What one request may be long; past each it is answered with that status, and the connection closes.
inline constexpr std::size_t max_http_target_bytes = 2048;      // 414
inline constexpr std::size_t max_http_head_bytes = 8192;        // 431, with the request line
inline constexpr std::size_t max_http_body_bytes = 64UL << 10;  // 413
inline constexpr std::size_t max_http_blank_lines = 16;         // 400, in front of a request

/// Names in lower case. Those of one name stand together, in the order they came.
using HttpFields = std::vector<std::pair<std::string, std::string>>;

/// Whether a field of this name, in lower case, is what proxies add: then the peer is one, and its address
/// tells nothing of who asks. An empty one says it too, or a stranger could send it to hide the proxy's own.
[[nodiscard]] bool tells_of_proxy(std::string_view name);

struct HttpRequest {
  std::string method;  // as it was sent: it is case-sensitive
  std::string path;    // decoded; begins with a slash and has no NUL
  std::string query;   // behind the '?', as it was sent
  HttpFields fields;
  std::string body;
  bool keeps_alive = false;

  /// The first field of this name; empty: none.
  std::string_view field(std::string_view name) const;
  /// The value of a parameter of the query, decoded; none: it is not there or cannot be decoded.
  std::optional<std::string> parameter(std::string_view name) const;
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  HttpFields fields = {};  // beside those that every answer has
};

/// Why a request cannot be served by anybody; the connection is over with the answer.
struct HttpProblem {
  unsigned status;
  std::string_view why;  // a literal
};

/// The answer as it goes over the wire. `date`: as http_date makes it.
[[nodiscard]] std::string to_text(const HttpResponse& response, bool is_head, bool keeps_alive,
                                  std::string_view date);
/// "Sun, 06 Nov 1994 08:49:37 GMT", from seconds since 1970.
[[nodiscard]] std::string http_date(std::int64_t seconds);
/// A field's value over several lines, which readers join in their own ways (RFC 9112, 5.2).
[[nodiscard]] bool has_folded_line(std::string_view head);
/// "%41" -> "A". None: it is not written so, or has control characters.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

/// Bytes of one connection -> its requests, one after the other. It keeps what it has been given and not yet
/// taken: who reads stops as long as a request is to be answered.
class HttpReader {
 public:
  void give(base::Bytes bytes) { buffer_.append(base::as_text(bytes)); }
  /// The next request. None: more has to come. After an error nothing comes any more.
  [[nodiscard]] std::optional<base::Expected<HttpRequest, HttpProblem>> next();
  /// Something of a request has come.
  bool has_begun() const { return !buffer_.empty() || head_.has_value(); }

 private:
  [[nodiscard]] bool skip_blank_lines();
  [[nodiscard]] std::optional<HttpProblem> take_head(std::size_t end);

  std::string buffer_;
  std::size_t searched_ = 0;         // of it, for the end of the head
  std::size_t blank_lines_ = 0;      // in front of this request
  std::optional<HttpRequest> head_;  // of a request whose body is still to come
  std::size_t body_bytes_ = 0;       // of that
};

}  // namespace net
