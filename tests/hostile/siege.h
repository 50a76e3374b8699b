// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/hostile/program.h"
#include "tests/hostile/round_trips.h"
#include "tests/hostile/witness.h"

namespace hostile {

/// What an attack is run under.
struct Terms {
  std::vector<std::string> settings = {};
  /// What those settings let the broker keep, in MiB of its own accounts; growth beyond it counts.
  std::size_t allowed_mib = 0;
};

/// A broker under attack: the program, a witness whose round trips are measured all the time, a control
/// beside it, and the most memory seen. The attack runs in the test's thread.
class Siege {
 public:
  explicit Siege(const Terms& terms = {});

  std::uint16_t port() const { return program_.port(); }
  Program& program() { return program_; }

  /// Ends it and judges: alive to the last and ended by SIGTERM without a leak, the witness always served in
  /// time, memory within bounds, nothing raw in the log. Prints the figures.
  void check_survived();

 private:
  [[nodiscard]] bool ask_control();
  void check_memory();
  void check_log() const;

  Terms terms_;
  Program program_;
  Witness witness_;
  Echo echo_;
  std::size_t resident_before_;
  std::atomic<std::size_t> most_resident_;
  RoundTrips control_, round_trips_;
};

/// Whether attacks run at their full size: MESHBROKER_HOSTILE_FULL is set.
bool is_full();
/// How often, how many: what a test of seconds can do, or what the reference asks for.
inline std::size_t scaled(std::size_t small, std::size_t full) { return is_full() ? full : small; }

}  // namespace hostile
