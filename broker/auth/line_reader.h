// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "broker/auth/problem.h"

namespace auth {

/// Limits of users and rules files. A topic or user name of MQTT's 65,535 bytes fits into a line.
inline constexpr std::size_t max_file_bytes = 16U << 20U;
inline constexpr std::size_t max_line_bytes = 66'000;
/// Reading stops at that many: the file is something else altogether.
inline constexpr std::size_t max_problems = 20;

/// The lines of a text and what is wrong with them. Line ends are LF or CRLF; the last line needs none. Lives
/// for one parse; `text` and `name` outlive it.
class LineReader {
 public:
  /// `name` is the file's, for the problems.
  LineReader(std::string_view text, std::string_view name);

  /// The next line, without its end, that is legal UTF-8 without NUL and within the limits; one that is not
  /// becomes a problem and is passed over. None: that was all, or too much is wrong already.
  std::optional<std::string_view> next();
  /// Of the line that `next` gave last; from 1.
  std::size_t number() const { return number_; }
  /// Notes a problem of that line.
  void object(std::string what);

  bool is_faultless() const { return problems_.empty(); }
  Problems take_problems() { return std::move(problems_); }

 private:
  std::string_view cut_line();
  std::string fault_of(std::string_view line) const;

  std::string_view rest_;
  std::string_view name_;
  std::size_t number_ = 0;
  Problems problems_;
};

/// Without blanks, tabs and the like at its ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace auth
