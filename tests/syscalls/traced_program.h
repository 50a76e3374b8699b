// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

namespace syscalls {

/// How often each system call was entered, by its number.
using Counts = std::array<std::uint64_t, 512>;

/// A program whose system calls are counted, all its threads', by ptrace. What is traced belongs to one
/// thread: it starts the program and looks at every stop. Killed at the end.
class TracedProgram {
 public:
  explicit TracedProgram(std::vector<std::string> command);
  ~TracedProgram();
  TracedProgram(const TracedProgram&) = delete;
  TracedProgram& operator=(const TracedProgram&) = delete;

  /// False: this system lets nobody be traced.
  bool is_traced() const { return pid_ > 0; }
  Counts counts() const;

 private:
  void trace(const std::vector<std::string>& command, std::promise<pid_t> started);
  void count(pid_t stopped);
  void follow();

  std::array<std::atomic<std::uint64_t>, std::tuple_size_v<Counts>> counts_{};
  pid_t pid_ = 0;
  std::thread tracer_;
};

}  // namespace syscalls
