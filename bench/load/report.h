// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "bench/load/ledger.h"
#include "bench/load/plan.h"
#include "bench/load/target.h"

namespace load {

/// The figures of one run as one JSON object, a key a line.
class Report {
 public:
  explicit Report(const Plan& plan);

  void add(std::string_view key, double value);
  void add(std::string_view key, std::uint64_t value);
  /// `messages` happened between the two readings: rate, CPU of both sides.
  void add_interval(const Reading& from, const Reading& to, std::uint64_t messages);
  void add_memory(const Memory& memory);
  void add_faults(const Faults& faults);

  bool has_faults() const { return has_faults_; }
  std::string text() const { return "{" + lines_ + "\n}\n"; }

 private:
  void line(std::string_view key, std::string_view value);

  std::string lines_;
  bool has_faults_ = false;
};

}  // namespace load
