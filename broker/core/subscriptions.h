// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/core/filter_trie.h"
#include "broker/core/interest.h"
#include "broker/core/subscriber_list.h"

namespace core {

/// Which sessions of this worker want which topics. Filters without wildcards, by far the most, stand in one
/// flat hash; the others in the trie. Owned by the router; worker's thread.
class Subscriptions {
 public:
  /// `interest` is told of every subscription and outlives this; null: nobody asks.
  explicit Subscriptions(Interest* interest = nullptr) : interest_(interest) {}

  /// `filter` is valid. Replaces the options of an identical filter [MQTT-3.8.4-3]; true when it is new.
  bool set(std::string_view filter, Subscriber subscriber, mqtt::SubscriptionOptions options);
  /// True when the subscriber had it. Characters are compared exactly [MQTT-3.10.4-1].
  bool remove(std::string_view filter, std::uint32_t slot);

  /// Every session with at least one filter that `topic` meets, once, at the highest QoS of them
  /// [MQTT-3.3.5-1]. The answer is valid until the next call of any function; the same topic asked again
  /// costs one comparison.
  const std::vector<Match>& match(std::string_view topic);
  /// The same of filters whose last level is spelled out.
  const std::vector<Match>& match_named(std::string_view topic);
  std::size_t size() const { return size_; }
  /// What all of them together want; null: nobody counts it.
  const Interest* interest() const { return interest_; }
  /// Filter levels visited by `match` since this was last asked.
  std::size_t take_steps() { return std::exchange(steps_, 0); }

  /// What a filter may cost in memory, whoever else has it too: its text twice, and for a wildcard one a
  /// node, an edge and a level text at each level.
  static std::size_t cost_of(std::string_view filter);

 private:
  void collect(std::string_view topic);
  void merge_lists();
  void merge(const SubscriberList& list);

  using Exact = std::unordered_map<std::string, SubscriberList, TextHash, std::equal_to<>>;
  struct Seen {
    std::uint64_t walk = 0;
    std::uint32_t at = 0;
  };

  bool add(std::string_view filter, Subscriber subscriber, mqtt::SubscriptionOptions options);
  bool take_out(std::string_view filter, std::uint32_t slot);

  Interest* interest_;
  Exact exact_;
  FilterTrie wildcards_;
  std::size_t size_ = 0;                      // filters, counted once for each that has them
  std::vector<const SubscriberList*> lists_;  // scratch of one walk
  std::vector<Seen> seen_;                    // by slot: where in matches_ this walk has put it
  std::uint64_t walk_ = 0;
  std::string last_topic_;  // the topic that matches_ answers; empty: none
  std::vector<Match> matches_;
  std::size_t steps_ = 0;
};

}  // namespace core
