// SPDX-License-Identifier: Apache-2.0
// Where the lines of a log go.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/base/log.h"
#include "broker/base/log_file.h"

namespace base {
namespace {

/// Whether standard error is the stream of systemd's journal: systemd.exec(5) has JOURNAL_STREAM say which
/// file that is, since the variable alone is inherited by whatever redirects its output elsewhere.
bool is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat standard_error = {};
  if (stream == nullptr || fstat(STDERR_FILENO, &standard_error) != 0) return false;
  return fmt::format("{}:{}", standard_error.st_dev, standard_error.st_ino) == stream;
}

/// A line's priority as sd-daemon(3) has it, by Level.
constexpr std::array journal_priorities = {7, 7, 6, 4, 3};

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

/// Gives lines their time, and keeps count of those that were not taken. Any thread.
class Output {
 public:
  /// Whether all of the line was taken; never waits.
  using Write = std::function<bool(std::string_view line)>;

  Output(LogFormat format, bool is_to_journal, Write write)
      : format_(format),
        is_to_journal_(is_to_journal),
        write_(std::move(write)),
        times_(pattern_of(format, is_to_journal)) {}

  void say(Level level, std::string_view line) {
    const std::lock_guard lock(mutex_);
    if (lost_ != 0 && put(Level::warn, loss())) lost_ = 0;
    if (!put(level, line)) ++lost_;
  }

 private:
  bool put(Level level, std::string_view line) {
    const std::string marked = is_to_journal_ ? journal_line(format_, level, line) : std::string();
    const std::string_view all = is_to_journal_ ? marked : line;
    spdlog::memory_buf_t whole;
    times_.format({{}, spdlog::level::info, {all.data(), all.size()}}, whole);
    return write_({whole.data(), whole.size()});
  }

  std::string loss() const {
    std::string text;
    const Log log(Level::warn, format_, [&text](Level, std::string_view line) { text = line; });
    log.warn("log_lost", {{"lines", lost_}});
    return text;
  }

  const LogFormat format_;
  const bool is_to_journal_;
  const Write write_;
  std::mutex mutex_;
  spdlog::pattern_formatter times_;
  std::uint64_t lost_ = 0;
};

/// It waits for nobody: a pipe that is not read, or a stopped terminal, would stop the broker.
bool write_to_stderr(std::string_view line) {
  pollfd standard_error{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  return poll(&standard_error, 1, 0) != 0 &&
         write(STDERR_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

std::shared_ptr<Output> stderr_output(LogFormat format) {
  return std::make_shared<Output>(format, is_journal(), write_to_stderr);
}

}  // namespace

Log Log::to_stderr(Level least, LogFormat format) {
  return Log(least, format, [output = stderr_output(format)](Level level, std::string_view line) {
    output->say(level, line);
  });
}

Log log_to(LogFile& file, Level least, LogFormat format) {
  auto output =
      std::make_shared<Output>(format, false, [&](std::string_view line) { return file.append(line); });
  return Log(least, format, [output, alarms = stderr_output(format)](Level level, std::string_view line) {
    output->say(level, line);
    if (level == Level::error) alarms->say(level, line);
  });
}

}  // namespace base
