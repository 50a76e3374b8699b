// SPDX-License-Identifier: Apache-2.0
#include "broker/app/log_ration.h"

namespace app {

bool LogRation::admits(std::string_view event, const net::Address& from, base::TimePoint now) {
  // A period in which something was suppressed ends with its summary.
  if (!has_suppressed_ && now >= period_end_) take_summary();
  if (in_all_.empty()) period_end_ = now + sizes_.period;
  Tally& all = in_all_[event];
  const auto known = of_origin_.find({event, origin_of(from)});
  // An origin has its tally from its first line that was written; beyond the limit in all nobody gets one.
  if (known != of_origin_.end() && is_spent(known->second, sizes_.per_origin)) return false;
  if (is_spent(all, sizes_.in_all)) return false;
  Tally& one = known != of_origin_.end() ? known->second : of_origin_[{event, origin_of(from)}];
  one.from = from;
  ++one.admitted;
  ++all.admitted;
  return true;
}

bool LogRation::is_spent(Tally& tally, std::uint32_t most) {
  if (tally.admitted < most) return false;
  ++tally.suppressed;
  has_suppressed_ = true;
  return true;
}

std::optional<base::TimePoint> LogRation::summary_due() const {
  if (!has_suppressed_) return std::nullopt;
  return period_end_;
}

std::vector<LogRation::Suppressed> LogRation::take_summary() {
  std::vector<Suppressed> summary;
  for (const auto& [key, tally] : of_origin_) {
    if (tally.suppressed != 0) summary.push_back({key.first, tally.from, tally.suppressed});
  }
  for (const auto& [event, tally] : in_all_) {
    if (tally.suppressed != 0) summary.push_back({event, std::nullopt, tally.suppressed});
  }
  in_all_.clear();
  of_origin_.clear();
  has_suppressed_ = false;
  return summary;
}

}  // namespace app
