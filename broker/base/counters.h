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

/// Adds what another instance of the same counters has counted; `sums` may be empty.
inline void add_counts(std::vector<Count>& sums, const std::vector<Count>& more) {
  if (sums.empty()) sums.assign(more.size(), {});
  for (std::size_t i = 0; i < more.size(); ++i) sums[i] = {more[i].name, sums[i].value + more[i].value};
}

/// Who adds to a set of counters: with one thread an addition is a load and a store, with several a locked
/// instruction, which is felt on the hot path.
enum class Writers : std::uint8_t { one, several };

/// Counters named by an enum `Name` that ends in `end_`; `names` is its table, in the same order. One
/// instance per worker (or plugin); add from its threads, read from any.
template <class Name, Writers writers = Writers::one>
class Counters {
 public:
  using Names = std::array<std::string_view, static_cast<std::size_t>(Name::end_)>;

  explicit Counters(const Names& names) : names_(names) {}

  void add(Name name, std::uint64_t count = 1) {
    std::atomic<std::uint64_t>& counter = cell(name);
    if constexpr (writers == Writers::one) {
      counter.store(counter.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    } else {
      counter.fetch_add(count, std::memory_order_relaxed);
    }
  }
  /// For what comes and goes: how much there is now.
  void set(Name name, std::uint64_t now) { cell(name).store(now, std::memory_order_relaxed); }
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
