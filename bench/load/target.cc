// SPDX-License-Identifier: Apache-2.0
#include "bench/load/target.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "bench/load/clock.h"
#include "bench/load/fail.h"

namespace load {

Target::Target(std::uint32_t pid) {
  if (pid == 0) return;
  folder_ = fmt::format("/proc/{}", pid);
  if (!std::filesystem::exists(folder_)) fail(fmt::format("no process {}", pid));
}

Reading Target::read() const { return {now_ns(), cpu_ns(), own_cpu_ns()}; }

/// schedstat's first number: nanoseconds on a core, where stat has ticks of 10 ms.
std::int64_t Target::cpu_ns() const {
  if (folder_.empty()) return 0;
  std::int64_t sum = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder_ + "/task", error), end; at != end && !error;
       at.increment(error)) {
    std::int64_t thread = 0;
    std::ifstream(at->path() / "schedstat") >> thread;
    sum += thread;
  }
  return sum;
}

Memory Target::memory() const {
  Memory memory;
  if (folder_.empty()) return memory;
  std::ifstream rollup(folder_ + "/smaps_rollup");
  for (std::string word; rollup >> word;) {
    if (word == "Rss:") rollup >> memory.rss_kib;
    if (word == "Anonymous:") rollup >> memory.anonymous_kib;
  }
  return memory;
}

}  // namespace load
