// SPDX-License-Identifier: Apache-2.0
#include "broker/app/simulate/tape.h"

#include <charconv>

#include "broker/mqtt/topic.h"

namespace app::simulate {
namespace {

constexpr std::string_view digits = "0123456789ABCDEF";

void put_hex(std::uint8_t byte, std::ostream& out) { out << digits[byte >> 4U] << digits[byte & 15U]; }

bool is_plain(char c) { return static_cast<unsigned char>(c) > ' ' && c != '%' && c != 0x7f; }

/// All of `text` as one number; none also for what the type cannot hold.
template <class Number>
std::optional<Number> number_in(std::string_view text, int base) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::optional<std::uint8_t> hex_byte(std::string_view text) {
  return text.size() < 2 ? std::nullopt : number_in<std::uint8_t>(text.substr(0, 2), 16);
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const auto byte = hex_byte(text.substr(i + 1));
    if (!byte) return std::nullopt;
    out.push_back(static_cast<char>(*byte));
    i += 2;
  }
  return out;
}

std::optional<std::vector<std::uint8_t>> bytes_of(std::string_view hex) {
  std::vector<std::uint8_t> out;
  if (hex.size() % 2 != 0) return std::nullopt;
  for (; !hex.empty(); hex.remove_prefix(2)) {
    const auto byte = hex_byte(hex);
    if (!byte) return std::nullopt;
    out.push_back(*byte);
  }
  return out;
}

}  // namespace

void write_tape(const TapeMessage& message, std::ostream& out) {
  out << message.at.count() << ' ';
  for (const char c : message.topic) {
    if (is_plain(c)) {
      out << c;
    } else {
      out << '%';
      put_hex(static_cast<std::uint8_t>(c), out);
    }
  }
  out << ' ';
  for (const std::uint8_t byte : message.payload) put_hex(byte, out);
  out << '\n';
}

std::optional<TapeMessage> read_tape(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t second = line.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  const auto at = number_in<std::int64_t>(line.substr(0, first), 10);
  if (!at || *at < 0 || *at > TapeMessage::latest.count()) return std::nullopt;
  auto topic = unescaped(line.substr(first + 1, second - first - 1));
  auto payload = bytes_of(line.substr(second + 1));
  if (!topic || !payload || !mqtt::is_valid_topic(*topic)) return std::nullopt;
  return TapeMessage{base::Duration(*at), *std::move(topic), *std::move(payload)};
}

}  // namespace app::simulate
