// SPDX-License-Identifier: Apache-2.0
#include "broker/core/subscriber_list.h"

namespace core {

std::size_t SubscriberList::find(std::uint32_t slot) const {
  if (index_) {
    const auto found = index_->find(slot);
    return found == index_->end() ? matches_.size() : found->second;
  }
  std::size_t at = 0;
  while (at < matches_.size() && matches_[at].subscriber.slot != slot) ++at;
  return at;
}

bool SubscriberList::set(Subscriber subscriber, mqtt::SubscriptionOptions options) {
  const std::size_t at = find(subscriber.slot);
  if (at < matches_.size()) {
    matches_[at].options = options;
    return false;
  }
  matches_.push_back({subscriber, options});
  if (index_) {
    index_->emplace(subscriber.slot, at);
  } else if (matches_.size() == indexed_from) {
    index_ = std::make_unique<std::unordered_map<std::uint32_t, std::size_t>>();
    for (std::size_t i = 0; i < matches_.size(); ++i) index_->emplace(matches_[i].subscriber.slot, i);
  }
  return true;
}

bool SubscriberList::remove(std::uint32_t slot) {
  const std::size_t at = find(slot);
  if (at == matches_.size()) return false;
  if (index_) {
    index_->erase(slot);
    if (at + 1 != matches_.size()) (*index_)[matches_.back().subscriber.slot] = at;
  }
  matches_[at] = matches_.back();
  matches_.pop_back();
  if (matches_.empty()) index_.reset();
  return true;
}

}  // namespace core
