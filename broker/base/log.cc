// SPDX-License-Identifier: Apache-2.0
#include "broker/base/log.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace base {
namespace {

constexpr std::array<std::string_view, 5> level_names = {"trace", "debug", "info", "warn", "error"};

bool is_plain(unsigned char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '='; }

/// Of a text, in bytes: a client id may have 65,535. What is left out is said by its length.
constexpr std::size_t longest_text = 256;
/// Of a line, so that with time stamp and line break a pipe takes it in one piece (PIPE_BUF, 4096).
constexpr std::size_t longest_line = 3500;
constexpr std::size_t longest_escape = 6;  // \u001b

/// As much of `text` as is shown; whole bytes, so that no escape is split.
std::string_view shown_of(std::string_view text, const fmt::memory_buffer& out) {
  const std::size_t room = longest_line - std::min(longest_line, out.size());
  return text.substr(0, std::min(longest_text, room / longest_escape));
}

/// Controls, quotes and DEL become escapes; bytes from 0x80 too, since they may be no UTF-8.
void append_escaped(fmt::memory_buffer& out, std::string_view text) {
  for (const char raw : text) {
    const auto c = static_cast<unsigned char>(raw);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(raw);
    } else if (c < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    } else if (c >= 0x80) {
      fmt::format_to(std::back_inserter(out), "\\\\x{:02x}", c);
    } else {
      out.push_back(raw);
    }
  }
}

void append_quoted(fmt::memory_buffer& out, std::string_view text) {
  const std::string_view shown = shown_of(text, out);
  out.push_back('"');
  append_escaped(out, shown);
  if (shown.size() < text.size()) fmt::format_to(std::back_inserter(out), "…({} bytes)", text.size());
  out.push_back('"');
}

void append_text(fmt::memory_buffer& out, std::string_view text) {
  bool plain = !text.empty() && shown_of(text, out).size() == text.size();
  for (const char c : text) plain = plain && is_plain(static_cast<unsigned char>(c));
  if (plain) {
    out.append(text);
  } else {
    append_quoted(out, text);
  }
}

struct Event {
  std::string_view name;
  std::initializer_list<Field> fields;
};

struct AppendValue {
  fmt::memory_buffer& out;
  LogFormat format;

  void operator()(std::string_view text) const {
    if (format == LogFormat::json) {
      append_quoted(out, text);
    } else {
      append_text(out, text);
    }
  }
  void operator()(std::int64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
  void operator()(std::uint64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
  void operator()(double number) const {
    if (format == LogFormat::json && !std::isfinite(number)) {
      out.append(std::string_view("null"));  // JSON has no word for it
    } else {
      fmt::format_to(std::back_inserter(out), "{}", number);
    }
  }
};

void append_field(fmt::memory_buffer& out, LogFormat format, const Field& field) {
  if (format == LogFormat::json) {
    fmt::format_to(std::back_inserter(out), ",\"{}\":", field.key);
  } else {
    fmt::format_to(std::back_inserter(out), " {}=", field.key);
  }
  std::visit(AppendValue{out, format}, field.value);
}

void append_line(fmt::memory_buffer& line, LogFormat format, Level level, const Event& event) {
  const std::string_view name = level_names[static_cast<std::size_t>(level)];
  if (format == LogFormat::json) {
    fmt::format_to(std::back_inserter(line), "\"level\":\"{}\",\"event\":\"{}\"", name, event.name);
  } else {
    fmt::format_to(std::back_inserter(line), "{:5} {}", name, event.name);
  }
  for (const Field& field : event.fields) append_field(line, format, field);
}

}  // namespace

Log::Log(Level least, LogFormat format, Sink sink) : least_(least), format_(format), sink_(std::move(sink)) {}

void Log::write(Level level, std::string_view event, std::initializer_list<Field> fields) const {
  fmt::memory_buffer line;
  append_line(line, format_, level, {event, fields});
  sink_(level, std::string_view(line.data(), line.size()));
}

}  // namespace base
