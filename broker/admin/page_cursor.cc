// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/page_cursor.h"

#include <array>
#include <cstdint>

namespace admin {
namespace {

constexpr std::string_view last_character = "\xF4\x8F\xBF\xBF";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

void append_utf8(std::uint32_t c, std::string& out) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c >= 0x10000) put(0xF0 | c >> 18U);
  if (c >= 0x800) put(c >= 0x10000 ? 0x80 | (c >> 12U & 0x3FU) : 0xE0 | c >> 12U);
  put(c >= 0x800 ? 0x80 | (c >> 6U & 0x3FU) : 0xC0 | c >> 6U);
  put(0x80 | (c & 0x3FU));
}

/// `text` is UTF-8, and its last character not the last there is.
void increment_last_character(std::string& text) {
  constexpr std::array<std::uint32_t, 4> masks = {0x7F, 0x1F, 0x0F, 0x07};
  std::size_t at = text.size() - 1;
  while (is_continuation(text[at])) --at;
  std::uint32_t c = static_cast<unsigned char>(text[at]) & masks[text.size() - at - 1];
  for (std::size_t i = at + 1; i < text.size(); ++i)
    c = c << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.resize(at);
  append_utf8(c == 0xD7FF ? 0xE000 : c + 1, text);
}

}  // namespace

std::string cursor_behind(std::string_view id) {
  if (id.size() <= max_cursor_bytes) return std::string(id);
  std::size_t end = max_cursor_bytes;
  while (is_continuation(id[end])) --end;
  std::string cursor(id.substr(0, end));
  while (cursor.ends_with(last_character)) cursor.resize(cursor.size() - last_character.size());
  if (!cursor.empty()) increment_last_character(cursor);
  return cursor;
}

}  // namespace admin
