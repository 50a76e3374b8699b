// SPDX-License-Identifier: Apache-2.0
#include "mesh/json_string.h"

#include <array>
#include <cstddef>

#include "mesh/utf8.h"

namespace mesh {
namespace {

enum Treatment : char {
  verbatim = 0,
  sequence = 1,
  control = 2
};  // any other value: the letter behind a backslash

using Treatments = std::array<char, 256>;

constexpr Treatments make_treatments(bool escapes_slash) {
  Treatments of{};
  for (std::size_t i = 0; i < 0x20; ++i) of[i] = control;
  for (std::size_t i = 0x80; i < 0x100; ++i) of[i] = sequence;
  of[0x7f] = control;
  of['\b'] = 'b';
  of['\f'] = 'f';
  of['\n'] = 'n';
  of['\r'] = 'r';
  of['\t'] = 't';
  of['"'] = '"';
  of['\\'] = '\\';
  if (escapes_slash) of['/'] = '/';
  return of;
}

constexpr Treatments of_devices = make_treatments(true);
constexpr Treatments plain = make_treatments(false);
constexpr std::string_view replacement_character = "\xef\xbf\xbd";

char treatment_of(const Treatments& treatments, char c) { return treatments[static_cast<unsigned char>(c)]; }

void append_control(char c, TextBuffer& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out.append("\\u00");
  out.append(digits[byte >> 4]);
  out.append(digits[byte & 0xf]);
}

/// Appends what stands at the start of `text` and returns how much of it that was.
std::size_t append_special(char treatment, std::string_view text, TextBuffer& out) {
  if (treatment == sequence) {
    const std::size_t length = utf8_sequence(text);
    out.append(length == 0 ? replacement_character : text.substr(0, length));
    return length == 0 ? 1 : length;
  }
  if (treatment == control) {
    append_control(text[0], out);
  } else {
    out.append('\\');
    out.append(treatment);
  }
  return 1;
}

void append(const Treatments& treatments, std::string_view text, TextBuffer& out) {
  out.append('"');
  while (!text.empty()) {
    std::size_t run = 0;
    while (run < text.size() && treatment_of(treatments, text[run]) == verbatim) ++run;
    out.append(text.substr(0, run));
    text.remove_prefix(run);
    if (!text.empty()) text.remove_prefix(append_special(treatment_of(treatments, text[0]), text, out));
  }
  out.append('"');
}

}  // namespace

void append_string(std::string_view text, TextBuffer& out) { append(of_devices, text, out); }

void append_plain_string(std::string_view text, TextBuffer& out) { append(plain, text, out); }

}  // namespace mesh
