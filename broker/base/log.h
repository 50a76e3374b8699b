// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace base {

enum class Level : std::uint8_t { trace, debug, info, warn, error };
enum class LogFormat : std::uint8_t { text, json };

/// One `key=value` of an event. The value is borrowed for the call; text is escaped when written, so neither
/// line breaks nor terminal codes of a stranger reach the log.
struct Field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, std::uint64_t, double> value;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, std::int64_t v) : key(k), value(v) {}
  Field(std::string_view k, int v) : key(k), value(std::int64_t{v}) {}
  Field(std::string_view k, std::uint64_t v) : key(k), value(v) {}
  Field(std::string_view k, std::uint32_t v) : key(k), value(std::uint64_t{v}) {}
  Field(std::string_view k, double v) : key(k), value(v) {}
};

/// Writes one event per line: time, level, event name, fields; a text longer than 256 bytes is cut, so that a
/// line is bounded. Any thread. Owned by main, handed down by reference; the sink is injected so that tests
/// read what was said. Never payloads, never secrets.
class Log {
 public:
  using Sink = std::function<void(Level, std::string_view line)>;

  /// Events below `least` are not built. `sink` takes each line without time stamp and line break.
  Log(Level least, LogFormat format, Sink sink);
  /// To standard error by spdlog, with time stamps, or with sd-daemon(3)'s priorities if it is the journal.
  /// It never waits: what standard error does not take at once is lost, and "log_lost lines=N" stands before
  /// the next line it takes.
  static Log to_stderr(Level least, LogFormat format);

  bool enabled(Level level) const { return level >= least_.load(std::memory_order_relaxed); }
  /// Any thread.
  void set_least(Level least) { least_ = least; }
  void write(Level level, std::string_view event, std::initializer_list<Field> fields = {}) const;

  void debug(std::string_view event, std::initializer_list<Field> fields = {}) const {
    if (enabled(Level::debug)) write(Level::debug, event, fields);
  }
  void info(std::string_view event, std::initializer_list<Field> fields = {}) const {
    if (enabled(Level::info)) write(Level::info, event, fields);
  }
  void warn(std::string_view event, std::initializer_list<Field> fields = {}) const {
    if (enabled(Level::warn)) write(Level::warn, event, fields);
  }
  void error(std::string_view event, std::initializer_list<Field> fields = {}) const {
    write(Level::error, event, fields);
  }

 private:
  std::atomic<Level> least_;
  LogFormat format_;
  Sink sink_;
};

}  // namespace base
