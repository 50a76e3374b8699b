// SPDX-License-Identifier: Apache-2.0
#include "broker/base/log.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

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

/// Whether standard error is the stream of systemd's journal: systemd.exec(5) has JOURNAL_STREAM say which
/// file that is, since the variable alone is inherited by whatever redirects its output elsewhere.
bool is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat standard_error = {};
  if (stream == nullptr || fstat(STDERR_FILENO, &standard_error) != 0) return false;
  return fmt::format("{}:{}", standard_error.st_dev, standard_error.st_ino) == stream;
}

/// A line's priority as sd-daemon(3) has it, by Level.
constexpr std::array<int, level_names.size()> journal_priorities = {7, 7, 6, 4, 3};

/// The journal has its own time. JSON lacks its braces here, since the priority stands before them.
std::string journal_line(LogFormat format, Level level, std::string_view line) {
  const int priority = journal_priorities[static_cast<std::size_t>(level)];
  if (format == LogFormat::json) return fmt::format("<{}>{{{}}}", priority, line);
  return fmt::format("<{}>{}", priority, line);
}

const char* pattern_of(LogFormat format, bool to_journal) {
  if (to_journal) return "%v";
  return format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z",%v})" : "%Y-%m-%dT%H:%M:%S.%e%z %v";
}

/// Standard error, but it waits for nobody: a pipe that is not read, or a stopped terminal, would stop the
/// broker. What it does not take is lost, and counted.
class StandardError final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  bool takes_a_line() const {
    pollfd standard_error{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    return poll(&standard_error, 1, 0) != 0;
  }
  std::uint64_t take_lost() { return lost_.exchange(0); }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    const bool is_written =
        takes_a_line() && write(STDERR_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    if (!is_written) ++lost_;
  }
  void flush_() override {}

  std::atomic<std::uint64_t> lost_ = 0;
};

}  // namespace

Log::Log(Level least, LogFormat format, Sink sink) : least_(least), format_(format), sink_(std::move(sink)) {}

void Log::write(Level level, std::string_view event, std::initializer_list<Field> fields) const {
  fmt::memory_buffer line;
  append_line(line, format_, level, {event, fields});
  sink_(level, std::string_view(line.data(), line.size()));
}

Log Log::to_stderr(Level least, LogFormat format) {
  auto standard_error = std::make_shared<StandardError>();
  auto logger = std::make_shared<spdlog::logger>("meshbroker", standard_error);
  logger->set_level(spdlog::level::trace);
  const bool to_journal = is_journal();
  logger->set_pattern(pattern_of(format, to_journal));
  const auto say = [logger = std::move(logger), format, to_journal](Level level, std::string_view line) {
    const std::string marked = to_journal ? journal_line(format, level, line) : std::string();
    const std::string_view all = to_journal ? marked : line;
    logger->info(spdlog::string_view_t(all.data(), all.size()));
  };
  return Log(least, format, [standard_error, say, format](Level level, std::string_view line) {
    const std::uint64_t lost = standard_error->takes_a_line() ? standard_error->take_lost() : 0;
    if (lost != 0) {
      fmt::memory_buffer loss;
      append_line(loss, format, Level::warn, {"log_lost", {{"lines", lost}}});
      say(Level::warn, {loss.data(), loss.size()});
    }
    say(level, line);
  });
}

}  // namespace base
