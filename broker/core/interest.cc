// SPDX-License-Identifier: Apache-2.0
#include "broker/core/interest.h"

#include "broker/mqtt/topic.h"

namespace core {

Interest::Cell& Interest::cell(std::string_view filter) {
  if (!mqtt::has_wildcard(filter)) return exact_[Question(filter).exact];
  const bool begins_with_wildcard = filter.front() == '+' || filter.front() == '#';
  return begins_with_wildcard ? everything_ : first_levels_[first_level_of(filter)];
}

}  // namespace core
