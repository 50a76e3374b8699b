// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

#include "mesh/json_number.h"
#include "mesh/json_string.h"
#include "mesh/text_buffer.h"

namespace mesh {

/// Writes compact JSON in the devices' notation, in the order of its calls: keys come sorted from the caller,
/// because the devices keep objects in a map. Appends to a buffer it is given and holds nothing else.
class JsonWriter {
 public:
  explicit JsonWriter(TextBuffer& out) : out_(out) {}

  void open(char bracket) {
    separate();
    out_.append(bracket);
  }
  void close(char bracket) { out_.append(bracket); }
  /// A key of our own: letters, digits and underscores, so nothing to escape. Inlined so that the length of a
  /// literal is known and its copy a few moves: keys are half of the text.
  [[gnu::always_inline]] void key(std::string_view name) {
    char* at = out_.room(name.size() + 4);  // ,"":
    if (needs_comma()) *at++ = ',';
    *at++ = '"';
    std::memcpy(at, name.data(), name.size());
    at += name.size();
    *at++ = '"';
    *at++ = ':';
    out_.end_at(at);
  }
  void integer(std::int64_t value) {
    separate();
    append_integer(value, out_);
  }
  void number(double value) {
    separate();
    append_number(value, out_);
  }
  void text(std::string_view value) {
    separate();
    append_string(value, out_);
  }

  [[gnu::always_inline]] void integer(std::string_view name, std::int64_t value) {
    key(name);
    append_integer(value, out_);
  }
  [[gnu::always_inline]] void number(std::string_view name, double value) {
    key(name);
    append_number(value, out_);
  }
  [[gnu::always_inline]] void text(std::string_view name, std::string_view value) {
    key(name);
    append_string(value, out_);
  }

 private:
  /// Not for the first of an object or array, nor for the value of a key.
  bool needs_comma() const {
    if (out_.size() == 0) return false;
    const char last = out_.view().back();
    return last != '{' && last != '[' && last != ':';
  }
  void separate() {
    if (needs_comma()) out_.append(',');
  }

  TextBuffer& out_;
};

}  // namespace mesh
