// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/pattern.h"

#include <charconv>
#include <utility>

namespace conformance {
namespace {

constexpr std::size_t id_bytes = 2;

void append(Pattern& pattern, Piece piece) {
  if (!pattern.empty() && pattern.back().id.empty() && piece.id.empty()) {
    std::vector<std::uint8_t>& last = pattern.back().bytes;
    last.insert(last.end(), piece.bytes.begin(), piece.bytes.end());
  } else {
    pattern.push_back(std::move(piece));
  }
}

/// MQTT's Remaining Length in the fewest bytes.
std::vector<std::uint8_t> remaining_length(std::size_t size) {
  std::vector<std::uint8_t> bytes;
  for (; size > 0x7f; size >>= 7) bytes.push_back(static_cast<std::uint8_t>(0x80U | (size & 0x7fU)));
  bytes.push_back(static_cast<std::uint8_t>(size));
  return bytes;
}

std::vector<std::uint8_t> two_byte_length(std::size_t size) {
  return {static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size & 0xffU)};
}

/// Recursive descent; the first fault ends it.
class PatternParser {
 public:
  explicit PatternParser(std::string_view text) : rest_(text) {}

  base::Expected<Pattern, std::string> parse() {
    Pattern pattern = items('\0');
    if (!fault_.empty()) return base::make_unexpected(fault_);
    return pattern;
  }

 private:
  /// Up to `end`; '\0' is the end of the text.
  Pattern items(char end) {
    Pattern pattern;
    while (fault_.empty()) {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
      if (rest_.empty()) {
        if (end != '\0') fail(std::string("no ") + end + " to end what was opened");
        break;
      }
      if (rest_.front() == end) {
        rest_.remove_prefix(1);
        break;
      }
      item(pattern);
    }
    return pattern;
  }

  void item(Pattern& pattern) {
    switch (rest_.front()) {
      case '\'':
        return append(pattern, {repeated(text()), {}});
      case '<':
        return append(pattern, {{}, id()});
      case '(':
        return group(pattern, ')', two_byte_length);
      case '{':
        return group(pattern, '}', remaining_length);
      default:
        return append(pattern, {repeated(hexadecimal()), {}});
    }
  }

  template <class Length>
  void group(Pattern& pattern, char end, Length length) {
    rest_.remove_prefix(1);
    Pattern inside = items(end);
    const std::size_t size = size_of(inside);
    if (end == ')' && size > 0xffff) fail("more bytes in () than two length bytes can say");
    append(pattern, {length(size), {}});
    for (Piece& piece : inside) append(pattern, std::move(piece));
  }

  std::vector<std::uint8_t> text() {
    const std::string_view inside = delimited('\'');
    return {inside.begin(), inside.end()};
  }

  std::string id() {
    const std::string_view name = delimited('>');
    if (name.empty()) fail("<> without a name");
    return std::string(name);
  }

  /// What lies between the first character and the next `end`.
  std::string_view delimited(char end) {
    const std::size_t at = rest_.find(end, 1);
    if (at == std::string_view::npos) {
      fail(std::string("no ") + end + " to end what was opened");
      return {};
    }
    const std::string_view inside = rest_.substr(1, at - 1);
    rest_.remove_prefix(at + 1);
    return inside;
  }

  std::vector<std::uint8_t> hexadecimal() {
    std::uint8_t byte = 0;
    const std::string_view digits = rest_.substr(0, 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    const bool is_byte = error == std::errc() && digits.size() == 2 && end == digits.data() + 2;
    if (!is_byte) {
      fail("not two hexadecimal digits: " + std::string(rest_.substr(0, rest_.find(' '))));
      return {};
    }
    rest_.remove_prefix(2);
    return {byte};
  }

  /// `*COUNT` behind a text or a byte.
  std::vector<std::uint8_t> repeated(const std::vector<std::uint8_t>& once) {
    if (rest_.empty() || rest_.front() != '*') return once;
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(rest_.data() + 1, rest_.data() + rest_.size(), count);
    if (error != std::errc()) {
      fail("* without a count");
      return {};
    }
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    std::vector<std::uint8_t> all;
    all.reserve(once.size() * count);
    for (std::size_t i = 0; i < count; ++i) all.insert(all.end(), once.begin(), once.end());
    return all;
  }

  void fail(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
    rest_ = {};
  }

  std::string_view rest_;
  std::string fault_;
};

}  // namespace

std::size_t size_of(const Pattern& pattern) {
  std::size_t size = 0;
  for (const Piece& piece : pattern) size += piece.id.empty() ? piece.bytes.size() : id_bytes;
  return size;
}

base::Expected<Pattern, std::string> parse_pattern(std::string_view text) {
  return PatternParser(text).parse();
}

}  // namespace conformance
