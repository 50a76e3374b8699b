// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

namespace load {

struct Memory {
  std::uint64_t rss_kib = 0;
  std::uint64_t anonymous_kib = 0;
};

/// The clocks at one moment.
struct Reading {
  std::int64_t wall_ns = 0;
  std::int64_t broker_cpu_ns = 0;
  std::int64_t own_cpu_ns = 0;
};

/// The broker's process as /proc shows it. Without a process id every figure is 0.
class Target {
 public:
  explicit Target(std::uint32_t pid);

  Reading read() const;
  /// Exact, and therefore not cheap: not while measuring.
  Memory memory() const;

 private:
  std::int64_t cpu_ns() const;

  std::string folder_;
};

}  // namespace load
