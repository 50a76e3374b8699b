// SPDX-License-Identifier: Apache-2.0
#include "broker/app/terminal.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <utility>

#include <fmt/format.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

namespace app {
namespace {

constexpr std::array ending_signals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

volatile std::sig_atomic_t signal_that_came = 0;

void note_signal(int number) { signal_that_came = number; }

/// While it lives the terminal shows nothing of what is typed, and a signal interrupts reading instead of
/// ending the process; it acts when the echo is back.
class Silence {
 public:
  Silence() {
    if (!is_terminal() || tcgetattr(STDIN_FILENO, &before_) != 0) return;
    signal_that_came = 0;
    struct sigaction noting = {};
    noting.sa_handler = note_signal;
    for (std::size_t i = 0; i < ending_signals.size(); ++i) {
      sigaction(ending_signals[i], &noting, &actions_before_[i]);
    }
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    is_silent_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~Silence() {
    if (!is_silent_) return;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    for (std::size_t i = 0; i < ending_signals.size(); ++i) {
      sigaction(ending_signals[i], &actions_before_[i], nullptr);
    }
    std::cerr << '\n';
    if (signal_that_came != 0) raise(signal_that_came);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  termios before_{};
  std::array<struct sigaction, ending_signals.size()> actions_before_{};
  bool is_silent_ = false;
};

/// Byte by byte: what stands behind the line belongs to whoever reads next.
base::Expected<std::string, std::string> read_line() {
  std::string line;
  while (true) {
    char c = 0;
    const ssize_t got = read(STDIN_FILENO, &c, 1);
    if (got < 0)
      return base::make_unexpected(fmt::format("no password could be read: {}", std::strerror(errno)));
    if (got == 0 || c == '\n') break;
    line += c;
    if (line.size() > max_secret_bytes + 1) break;
  }
  if (line.ends_with('\r')) line.pop_back();
  if (line.size() <= max_secret_bytes) return line;
  return base::make_unexpected(fmt::format("a password has at most {} bytes", max_secret_bytes));
}

}  // namespace

bool is_terminal() { return isatty(STDIN_FILENO) == 1; }

base::Expected<std::string, std::string> read_secret(std::string_view question) {
  if (!is_terminal()) return read_line();
  std::cerr << question << std::flush;
  const Silence silence;
  return read_line();
}

}  // namespace app
