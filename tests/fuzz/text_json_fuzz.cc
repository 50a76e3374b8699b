// SPDX-License-Identifier: Apache-2.0
// A text message that may be JSON: a standard reader takes what comes out, and took what went in.
#include <cstddef>
#include <cstdint>
#include <string>

#include "broker/base/bytes.h"
#include "broker/base/check.h"
#include "mesh/json_text.h"
#include "tests/fuzz/json_host.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static mesh::JsonText json_text;
  constexpr std::size_t longest_text = 234;
  if (size > longest_text) return 0;
  const std::string_view text = base::as_text({bytes, size});
  mesh::TextBuffer out;
  if (!json_text.append_if_json(text, out)) return 0;
  CHECK(fuzz::is_json(out.view()));
  // The other way round is not checked: simdjson's own tree refuses numbers beyond a double, the devices do
  // not.
  mesh::TextBuffer again;
  CHECK(json_text.append_if_json(out.view(), again));
  CHECK(again.view() == out.view());
  return 0;
}
