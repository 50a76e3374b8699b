// SPDX-License-Identifier: Apache-2.0
#include "broker/core/subscriptions.h"

#include <algorithm>

#include "broker/mqtt/topic.h"

namespace core {
namespace {

/// Measured: at most 240 bytes for a level that no other filter shares.
constexpr std::size_t bytes_per_node = 256;

}  // namespace

std::size_t Subscriptions::cost_of(std::string_view filter) {
  const std::size_t nodes = mqtt::has_wildcard(filter) ? mqtt::level_count(filter) : 1;
  return 2 * filter.size() + nodes * bytes_per_node;
}

bool Subscriptions::set(std::string_view filter, Subscriber subscriber, mqtt::SubscriptionOptions options) {
  last_topic_.clear();
  const bool is_new = add(filter, subscriber, options);
  if (is_new) ++size_;
  if (is_new && interest_ != nullptr) interest_->add(filter);
  return is_new;
}

bool Subscriptions::remove(std::string_view filter, std::uint32_t slot) {
  last_topic_.clear();
  const bool was_there = take_out(filter, slot);
  if (was_there) --size_;
  if (was_there && interest_ != nullptr) interest_->remove(filter);
  return was_there;
}

bool Subscriptions::add(std::string_view filter, Subscriber subscriber, mqtt::SubscriptionOptions options) {
  if (mqtt::has_wildcard(filter)) return wildcards_.set(filter, subscriber, options);
  auto at = exact_.find(filter);
  if (at == exact_.end()) at = exact_.try_emplace(std::string(filter)).first;
  return at->second.set(subscriber, options);
}

bool Subscriptions::take_out(std::string_view filter, std::uint32_t slot) {
  if (mqtt::has_wildcard(filter)) return wildcards_.remove(filter, slot);
  const auto at = exact_.find(filter);
  if (at == exact_.end() || !at->second.remove(slot)) return false;
  if (at->second.empty()) exact_.erase(at);
  return true;
}

const std::vector<Match>& Subscriptions::match(std::string_view topic) {
  if (topic == last_topic_) return matches_;
  collect(topic);
  last_topic_.assign(topic);
  return matches_;
}

const std::vector<Match>& Subscriptions::match_named(std::string_view topic) {
  last_topic_.clear();
  lists_.clear();
  if (const auto at = exact_.find(topic); at != exact_.end()) lists_.push_back(&at->second);
  steps_ += wildcards_.match_named(topic, lists_);
  merge_lists();
  return matches_;
}

void Subscriptions::collect(std::string_view topic) {
  lists_.clear();
  if (const auto at = exact_.find(topic); at != exact_.end()) lists_.push_back(&at->second);
  steps_ += wildcards_.match(topic, lists_);
  merge_lists();
}

void Subscriptions::merge_lists() {
  matches_.clear();
  if (lists_.size() == 1) {
    matches_ = lists_.front()->all();
    return;
  }
  ++walk_;
  for (const SubscriberList* list : lists_) merge(*list);
}

/// A session that several filters have met is delivered to once, at their highest QoS.
void Subscriptions::merge(const SubscriberList& list) {
  for (const Match& match : list.all()) {
    if (seen_.size() <= match.subscriber.slot) seen_.resize(match.subscriber.slot + 1);
    Seen& seen = seen_[match.subscriber.slot];
    if (seen.walk == walk_) {
      mqtt::Qos& qos = matches_[seen.at].options.qos;
      qos = std::max(qos, match.options.qos);
      continue;
    }
    seen = {walk_, static_cast<std::uint32_t>(matches_.size())};
    matches_.push_back(match);
  }
}

}  // namespace core
