// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/base/guarded.h"
#include "broker/base/time.h"
#include "mesh/listeners.h"

namespace mesh {

/// When the broker's node says its name: on each place where gateways listen, not in the first minute of the
/// process, and then every three hours, a little earlier or later so that many brokers do not fall in step. A
/// place without gateways keeps its turn, so that who reconnects hears nothing twice. First worker's thread.
class Announcements {
 public:
  explicit Announcements(std::uint64_t seed) : random_(seed) {}

  static constexpr base::Duration quiet = std::chrono::minutes{1};
  static constexpr base::Duration interval = std::chrono::hours{3};
  static constexpr base::Duration jitter = std::chrono::minutes{10};
  /// Places that are remembered; on further ones nothing is announced until an old one has had no gateway for
  /// an interval.
  static constexpr std::size_t max_places = 1024;

  /// Those of `places` where it is time. To be asked about once a second.
  std::vector<Place> due(std::span<const Place> places, base::TimePoint now);

 private:
  std::mt19937_64 random_;
  std::optional<base::TimePoint> start_;
  std::map<std::pair<std::string, std::string>, base::TimePoint> next_;  // by root and channel
};

/// Who was answered lately: the broker says its name to each that asks, but at most every five minutes. Any
/// thread.
class Answered {
 public:
  static constexpr base::Duration interval = std::chrono::minutes{5};
  /// Beyond that nobody is answered until the oldest interval is over.
  static constexpr std::size_t max_askers = 1000;

  bool may_answer(std::uint32_t asker, base::TimePoint now);

 private:
  struct State {
    std::unordered_map<std::uint32_t, base::TimePoint> since;
    std::deque<std::uint32_t> by_age;  // the oldest first
  };
  base::Guarded<State> state_;
};

}  // namespace mesh
