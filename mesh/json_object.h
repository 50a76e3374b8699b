// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "mesh/json_number.h"
#include "mesh/json_string.h"
#include "mesh/text_buffer.h"

namespace mesh {

/// Writes JSON of our own form, where no byte is prescribed: in the order of its calls, in UTF-8 whatever a
/// device wrote, numbers as short as they can be. Keys are literals of letters, digits and underscores.
class JsonObject {
 public:
  /// The whole text so far, until the next call.
  std::string_view view() const { return out_.view(); }
  void clear() {
    out_.clear();
    needs_comma_ = false;
  }

  void open() { begin('{'); }
  void open(std::string_view key) {
    this->key(key);
    begin('{');
  }
  void close() { end('}'); }
  void open_list(std::string_view key) {
    this->key(key);
    begin('[');
  }
  void close_list() { end(']'); }

  void text(std::string_view key, std::string_view value) {
    this->key(key);
    append_plain_string(value, out_);
  }
  /// "!%08x"
  void node(std::string_view key, std::uint32_t number) {
    this->key(key);
    append_node(number);
  }
  void truth(std::string_view key, bool value) {
    this->key(key);
    out_.append(value ? std::string_view("true") : std::string_view("false"));
  }
  void null(std::string_view key) {
    this->key(key);
    out_.append("null");
  }
  /// Left out when JSON has no number for it.
  void number(std::string_view key, float value);
  void number(std::string_view key, double value);
  template <std::integral Integer>
  void number(std::string_view key, Integer value) {
    this->key(key);
    append_integer(value, out_);
  }

  /// A list of them.
  template <class Numbers>
  void nodes(std::string_view key, const Numbers& numbers) {
    open_list(key);
    for (const std::uint32_t number : numbers) node(number);
    close_list();
  }

  /// Elements of a list; null for what JSON has no number for.
  void node(std::uint32_t number) {
    separate();
    append_node(number);
  }
  void number(float value);
  void number(double value);
  void null() {
    separate();
    out_.append("null");
  }
  void text(std::string_view value) {
    separate();
    append_plain_string(value, out_);
  }

 private:
  [[gnu::always_inline]] void key(std::string_view name) {
    char* at = out_.room(name.size() + 4);  // ,"":
    if (needs_comma_) *at++ = ',';
    *at++ = '"';
    std::memcpy(at, name.data(), name.size());
    at += name.size();
    *at++ = '"';
    *at++ = ':';
    out_.end_at(at);
    needs_comma_ = true;
  }
  void separate() {
    if (needs_comma_) out_.append(',');
    needs_comma_ = true;
  }
  void begin(char bracket);
  void end(char bracket) {
    out_.append(bracket);
    needs_comma_ = true;
  }
  void append_node(std::uint32_t number);

  TextBuffer out_;
  bool needs_comma_ = false;  // before the next key or element
};

}  // namespace mesh
