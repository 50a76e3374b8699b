// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string_view>

#include "mesh/text_buffer.h"

namespace mesh {

/// Decides whether a text message is JSON, which the devices publish as such instead of as text, and rewrites
/// it in their notation: keys sorted by byte, the last of equal keys kept, numbers and strings as in
/// JsonWriter. Reads standard JSON (RFC 8259); where the devices' own reader is laxer by accident, the text
/// stays a text (reference section 4.4). Keeps a parser and its memory; one thread at a time.
class JsonText {
 public:
  JsonText();
  ~JsonText();

  /// Appends the value to `out` and says true, or leaves `out` alone. Nesting is bounded by the length of the
  /// text, for which the caller answers (a text message has at most 233 bytes).
  bool append_if_json(std::string_view text, TextBuffer& out);

 private:
  struct Parser;  // keeps simdjson's header out of ours
  std::unique_ptr<Parser> parser_;
};

}  // namespace mesh
