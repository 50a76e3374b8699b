// SPDX-License-Identifier: Apache-2.0
#include "tests/syscalls/traced_program.h"

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace syscalls {
namespace {

/// A stop of PTRACE_SYSCALL, told apart from a real SIGTRAP by PTRACE_O_TRACESYSGOOD.
constexpr int syscall_stop = SIGTRAP | 0x80;

[[noreturn]] void become(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nowhere, STDERR_FILENO);
  setenv("ASAN_OPTIONS", "detect_leaks=0", 1);  // it would want to trace us itself
  ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  raise(SIGSTOP);
  execv(arguments.front(), arguments.data());
  _exit(127);
}

}  // namespace

TracedProgram::TracedProgram(std::vector<std::string> command) {
  std::promise<pid_t> started;
  std::future<pid_t> pid = started.get_future();
  tracer_ = std::thread([this, command = std::move(command), started = std::move(started)]() mutable {
    trace(command, std::move(started));
  });
  pid_ = pid.get();
}

TracedProgram::~TracedProgram() {
  if (pid_ > 0) kill(pid_, SIGKILL);
  tracer_.join();
}

Counts TracedProgram::counts() const {
  Counts now{};
  for (std::size_t i = 0; i < now.size(); ++i) now[i] = counts_[i].load();
  return now;
}

void TracedProgram::trace(const std::vector<std::string>& command, std::promise<pid_t> started) {
  const pid_t child = fork();
  if (child == 0) become(command);
  int status = 0;
  waitpid(child, &status, 0);
  constexpr long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE;
  if (!WIFSTOPPED(status) || ptrace(PTRACE_SETOPTIONS, child, nullptr, options) != 0) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return started.set_value(0);
  }
  ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
  started.set_value(child);
  follow();
}

/// Until nobody is left.
void TracedProgram::follow() {
  int status = 0;
  pid_t stopped = 0;
  while ((stopped = waitpid(-1, &status, __WALL)) > 0) {
    if (!WIFSTOPPED(status)) continue;
    const int signal = WSTOPSIG(status);
    if (signal == syscall_stop) count(stopped);
    const bool is_ours = signal == syscall_stop || signal == SIGTRAP || signal == SIGSTOP;
    ptrace(PTRACE_SYSCALL, stopped, nullptr, is_ours ? 0 : signal);
  }
}

void TracedProgram::count(pid_t stopped) {
  __ptrace_syscall_info info{};
  if (ptrace(PTRACE_GET_SYSCALL_INFO, stopped, sizeof info, &info) <= 0) return;
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr < counts_.size()) ++counts_[info.entry.nr];
}

}  // namespace syscalls
