// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/line_reader.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "broker/mqtt/utf8.h"

namespace auth {
namespace {

constexpr std::string_view blanks = " \t\v\f\r\n";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

LineReader::LineReader(std::string_view text, std::string_view name) : rest_(text), name_(name) {
  if (text.size() <= max_file_bytes) return;
  number_ = 1;
  object(fmt::format("the file has more than {} bytes", max_file_bytes));
  rest_ = {};
}

std::string_view LineReader::cut_line() {
  const std::size_t end = std::min(rest_.find('\n'), rest_.size());
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string LineReader::fault_of(std::string_view line) const {
  if (line.size() > max_line_bytes) return fmt::format("the line is longer than {} bytes", max_line_bytes);
  if (!mqtt::is_valid_utf8(line)) return "the line is not UTF-8 text";
  if (number_ == 1 && line.starts_with(byte_order_mark)) {
    return "the file begins with a byte order mark; save it as UTF-8 without one";
  }
  return {};
}

std::optional<std::string_view> LineReader::next() {
  while (!rest_.empty() && problems_.size() < max_problems) {
    const std::string_view line = cut_line();
    ++number_;
    std::string fault = fault_of(line);
    if (fault.empty()) return line;
    object(std::move(fault));
  }
  return std::nullopt;
}

void LineReader::object(std::string what) {
  problems_.push_back({fmt::format("{}:{}", name_, number_), std::move(what)});
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(blanks), text.size());
  const std::size_t end = text.find_last_not_of(blanks) + 1;  // npos + 1 is 0
  return text.substr(begin, std::max(begin, end) - begin);
}

}  // namespace auth
