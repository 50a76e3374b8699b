// SPDX-License-Identifier: Apache-2.0
#include "broker/base/log.h"

#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace base {
namespace {

constexpr std::array<std::string_view, 5> level_names = {"trace", "debug", "info", "warn", "error"};

bool is_plain(unsigned char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '='; }

/// Controls, quotes and DEL become escapes; bytes from 0x80 too, since they may be no UTF-8.
void append_quoted(fmt::memory_buffer& out, std::string_view text) {
  out.push_back('"');
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
  out.push_back('"');
}

void append_text(fmt::memory_buffer& out, std::string_view text) {
  bool plain = !text.empty();
  for (const char c : text) plain = plain && is_plain(static_cast<unsigned char>(c));
  if (plain) {
    out.append(text);
  } else {
    append_quoted(out, text);
  }
}

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

}  // namespace

Log::Log(Level least, LogFormat format, Sink sink) : least_(least), format_(format), sink_(std::move(sink)) {}

void Log::write(Level level, std::string_view event, std::initializer_list<Field> fields) const {
  fmt::memory_buffer line;
  const std::string_view name = level_names[static_cast<std::size_t>(level)];
  if (format_ == LogFormat::json) {
    fmt::format_to(std::back_inserter(line), "\"level\":\"{}\",\"event\":\"{}\"", name, event);
  } else {
    fmt::format_to(std::back_inserter(line), "{:5} {}", name, event);
  }
  for (const Field& field : fields) append_field(line, format_, field);
  sink_(level, std::string_view(line.data(), line.size()));
}

Log Log::to_stderr(Level least, LogFormat format) {
  auto logger =
      std::make_shared<spdlog::logger>("meshbroker", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_level(spdlog::level::trace);
  // systemd and docker add their own time; ours is for files and terminals, and costs them nothing.
  logger->set_pattern(format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z",%v})"
                                                : "%Y-%m-%dT%H:%M:%S.%e%z %v");
  logger->flush_on(spdlog::level::trace);
  return Log(least, format, [logger = std::move(logger)](Level, std::string_view line) {
    logger->info(spdlog::string_view_t(line.data(), line.size()));
  });
}

}  // namespace base
