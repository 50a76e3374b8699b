// SPDX-License-Identifier: Apache-2.0
#include "broker/core/interest.h"

#include "broker/mqtt/topic.h"

namespace core {

void Interest::count(std::string_view filter, std::uint32_t change) {
  const auto add = [change](Cell& cell) { cell.fetch_add(change, std::memory_order_seq_cst); };
  const bool begins_with_wildcard = filter.front() == '+' || filter.front() == '#';
  if (!begins_with_wildcard) add(below_[first_level_of(filter)]);
  if (mqtt::is_named(filter)) add(named_);
  if (!mqtt::has_wildcard(filter)) return add(exact_[bucket_of(filter)]);
  add(begins_with_wildcard ? everything_ : first_levels_[first_level_of(filter)]);
  if (mqtt::is_named(filter)) add(last_levels_[last_level_of(filter)]);
}

}  // namespace core
