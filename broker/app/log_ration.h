// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/app/admission.h"
#include "broker/base/time.h"
#include "broker/net/address.h"

namespace app {

/// Keeps a flood out of the log: in one period so many lines of an event for one origin, and so many of it in
/// all. The rest is only counted, and said in a few lines when the period is over. Its memory is bounded by
/// the lines it admits. A value of a worker, its thread; event names are literals; time is an argument.
class LogRation {
 public:
  struct Sizes {
    std::uint32_t per_origin = 1000;
    std::uint32_t in_all = 10000;
    base::Duration period = std::chrono::seconds(10);
  };
  /// Lines that were not written. `from` is one of the origin's addresses; none: from many.
  struct Suppressed {
    std::string_view event;
    std::optional<net::Address> from;
    std::uint64_t lines;
  };

  explicit LogRation(Sizes sizes) : sizes_(sizes) {}

  /// Whether this one may be written.
  [[nodiscard]] bool admits(std::string_view event, const net::Address& from, base::TimePoint now);
  /// When the summary is due; none: nothing was suppressed.
  std::optional<base::TimePoint> summary_due() const;
  /// What was suppressed since the last time; a new period begins.
  std::vector<Suppressed> take_summary();

  base::Duration period() const { return sizes_.period; }

 private:
  struct Tally {
    std::uint32_t admitted = 0;
    std::uint64_t suppressed = 0;
    net::Address from;
  };
  bool is_spent(Tally& tally, std::uint32_t most);

  const Sizes sizes_;
  base::TimePoint period_end_;
  bool has_suppressed_ = false;
  std::map<std::string_view, Tally> in_all_;
  std::map<std::pair<std::string_view, Origin>, Tally> of_origin_;
};

}  // namespace app
