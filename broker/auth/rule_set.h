// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/auth/text_hash.h"

namespace auth {

/// What rules say together about a topic: a set of the accesses they grant, and whether one denies.
struct Findings {
  static constexpr std::uint8_t read = 1;
  static constexpr std::uint8_t write = 2;

  std::uint8_t granted = 0;
  bool is_denied = false;

  void add(const Findings& other) {
    granted |= other.granted;
    is_denied |= other.is_denied;
  }
  friend bool operator==(const Findings&, const Findings&) = default;
};

/// Rules by filter, compiled: exact ones are hashed, those with wildcards hashed by the levels before the
/// first. Their order does not matter. Filled once, then immutable; any thread.
class RuleSet {
 public:
  /// `says` one thing: a grant or a denial. `filter` is valid.
  void add(std::string_view filter, Findings says);

  /// Of all rules that match `topic`. Costs a few lookups, however many rules there are.
  [[nodiscard]] Findings about_topic(std::string_view topic) const;
  /// Of a filter: denied when one denial covers all it can match, granted what some topic it matches is
  /// granted by some rule. Looks at every rule.
  [[nodiscard]] Findings about_filter(std::string_view filter) const;

  bool is_empty() const { return exact_.empty() && wild_.empty(); }

 private:
  struct WildRule {
    std::string filter;
    Findings says;
  };
  template <class Value>
  using Table = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

  void judge_beginning(std::string_view beginning, std::string_view topic, Findings& findings) const;

  Table<Findings> exact_;
  Table<std::vector<WildRule>> wild_;  // by the levels before the first wildcard, without the slash behind
  std::size_t most_levels_ = 0;        // of those
};

}  // namespace auth
