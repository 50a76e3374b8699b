// SPDX-License-Identifier: Apache-2.0
// Bytes of an HTTP client: what is read is within its limits, and the same however the bytes are cut.
#include <cstddef>
#include <cstdint>
#include <string>

#include "broker/base/check.h"
#include "broker/net/http.h"

namespace {

void check(const net::HttpRequest& request) {
  CHECK(request.path.starts_with('/') && request.path.size() <= net::max_http_target_bytes);
  CHECK(request.body.size() <= net::max_http_body_bytes);
  for (const char c : request.path) CHECK(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  CHECK(request.field("transfer-encoding").empty());
  static_cast<void>(request.parameter("after"));
}

/// All that was understood of it, as a text to compare.
std::string read(base::Bytes bytes, std::size_t piece) {
  net::HttpReader reader;
  std::string told;
  while (!bytes.empty()) {
    const std::size_t count = std::min(piece, bytes.size());
    reader.give(bytes.first(count));
    bytes = bytes.subspan(count);
    while (const auto next = reader.next()) {
      if (!*next) return told + std::to_string(next->error().status);
      check(**next);
      told += (*next)->method + " " + (*next)->path + "?" + (*next)->query + " " + (*next)->body + "\n";
      for (const auto& [name, value] : (*next)->fields) told += name + ":" + value + "\n";
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
