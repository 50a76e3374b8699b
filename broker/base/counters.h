// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace base {

/// A counter as it is read out: its name in the metrics and its value at that moment.
struct Count {
  std::string_view name;
  std::uint64_t value;
};

/// Counters named by an enum `Name` that ends in `end_`; `names` is its table, in the same order. One
/// instance per worker (or plugin); add from its threads, read from any.
template <class Name>
class Counters {
 public:
  using Names = std::array<std::string_view, static_cast<std::size_t>(Name::end_)>;

  explicit Counters(const Names& names) : names_(names) {}

  void add(Name name, std::uint64_t count = 1) { cell(name).fetch_add(count, std::memory_order_relaxed); }
  std::uint64_t operator[](Name name) const {
    return cells_[static_cast<std::size_t>(name)].load(std::memory_order_relaxed);
  }
  std::vector<Count> read() const {
    std::vector<Count> counts;
    counts.reserve(cells_.size());
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      counts.push_back({names_[i], cells_[i].load(std::memory_order_relaxed)});
    }
    return counts;
  }

 private:
  std::atomic<std::uint64_t>& cell(Name name) { return cells_[static_cast<std::size_t>(name)]; }

  const Names& names_;
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Name::end_)> cells_{};
};

}  // namespace base
