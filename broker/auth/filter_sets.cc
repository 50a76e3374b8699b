// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/filter_sets.h"

#include <algorithm>
#include <optional>

namespace auth {
namespace {

/// The levels of a filter, one after the other.
class Levels {
 public:
  explicit Levels(std::string_view filter) : rest_(filter) {}

  /// None: there are no more.
  std::optional<std::string_view> next() {
    if (!rest_) return std::nullopt;
    const std::size_t end = std::min(rest_->find('/'), rest_->size());
    const std::string_view level = rest_->substr(0, end);
    if (end == rest_->size()) {
      rest_.reset();
    } else {
      rest_->remove_prefix(end + 1);
    }
    return level;
  }

 private:
  std::optional<std::string_view> rest_;
};

bool begins_with_wildcard(std::string_view filter) {
  return filter.starts_with('+') || filter.starts_with('#');
}

bool is_kept_from(std::string_view filter, std::string_view other) {
  return begins_with_wildcard(filter) && other.starts_with('$');
}

}  // namespace

bool overlap(std::string_view a, std::string_view b) {
  if (is_kept_from(a, b) || is_kept_from(b, a)) return false;
  Levels levels_of_a(a);
  Levels levels_of_b(b);
  while (true) {
    const auto in_a = levels_of_a.next();
    const auto in_b = levels_of_b.next();
    if (in_a == "#" || in_b == "#") return true;  // also for the parent level, where the other has ended
    if (!in_a || !in_b) return !in_a && !in_b;
    if (in_a != in_b && in_a != "+" && in_b != "+") return false;
  }
}

bool covers(std::string_view wide, std::string_view narrow) {
  if (is_kept_from(wide, narrow)) return false;
  Levels levels_of_wide(wide);
  Levels levels_of_narrow(narrow);
  while (true) {
    const auto in_wide = levels_of_wide.next();
    const auto in_narrow = levels_of_narrow.next();
    if (in_wide == "#") return true;
    if (!in_wide || !in_narrow) return !in_wide && !in_narrow;
    if (in_narrow == "#" || (in_wide != "+" && in_wide != in_narrow)) return false;
  }
}

}  // namespace auth
