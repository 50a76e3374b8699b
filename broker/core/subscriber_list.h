// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "broker/mqtt/types.h"

namespace core {

class Session;

/// A session as the subscription index knows it: `slot` is its small, dense number on this worker.
struct Subscriber {
  Session* session = nullptr;
  std::uint32_t slot = 0;
};

/// One subscription that a topic has met.
struct Match {
  Subscriber subscriber;
  mqtt::SubscriptionOptions options;
};

/// Who subscribed to one filter, each at most once. A plain list while short; from `indexed_from` on it keeps
/// an index beside it, so that ten thousand clients of one topic can leave without walking past each other.
class SubscriberList {
 public:
  static constexpr std::size_t indexed_from = 64;

  /// Adds or replaces; true when the subscriber was not there yet.
  bool set(Subscriber subscriber, mqtt::SubscriptionOptions options);
  /// True when it was there.
  bool remove(std::uint32_t slot);
  bool empty() const { return matches_.empty(); }
  const std::vector<Match>& all() const { return matches_; }

 private:
  std::size_t find(std::uint32_t slot) const;

  std::vector<Match> matches_;
  std::unique_ptr<std::unordered_map<std::uint32_t, std::size_t>> index_;  // slot -> place in matches_
};

}  // namespace core
