// SPDX-License-Identifier: Apache-2.0
#include "mesh/json_object.h"

#include <cmath>
#include <cstddef>

namespace mesh {
/// Behind a key there is no comma, and none behind the bracket; between the elements of a list there is.
void JsonObject::begin(char bracket) {
  const bool is_value = !view().empty() && view().back() == ':';
  if (!is_value && needs_comma_) out_.append(',');
  out_.append(bracket);
  needs_comma_ = false;
}

void JsonObject::append_node(std::uint32_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::size_t length = 11;  // quotes, '!', eight digits
  char* const text = out_.room(length);
  text[0] = '"';
  text[1] = '!';
  for (std::size_t i = 0; i < 8; ++i) text[2 + i] = digits[(number >> (28 - 4 * i)) & 0xf];
  text[10] = '"';
  out_.end_at(text + length);
}

void JsonObject::number(std::string_view key, float value) {
  if (!std::isfinite(value)) return;
  this->key(key);
  append_shortest(value, out_);
}

void JsonObject::number(std::string_view key, double value) {
  if (!std::isfinite(value)) return;
  this->key(key);
  append_shortest(value, out_);
}

void JsonObject::number(float value) {
  separate();
  append_shortest(value, out_);
}

void JsonObject::number(double value) {
  separate();
  append_shortest(value, out_);
}

}  // namespace mesh
