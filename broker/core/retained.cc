// SPDX-License-Identifier: Apache-2.0
#include "broker/core/retained.h"

#include "broker/mqtt/topic.h"

namespace core {
namespace {

/// What every topic that meets `filter` begins with. `sport/#` also meets `sport`, so its slash is not part
/// of it.
std::string_view literal_beginning(std::string_view filter) {
  const std::size_t wildcard = filter.find_first_of("+#");
  if (wildcard == std::string_view::npos) return filter;
  const bool drops_slash = filter[wildcard] == '#' && wildcard > 0;
  return filter.substr(0, drops_slash ? wildcard - 1 : wildcard);
}

}  // namespace

bool Retained::set(const MessageRef& message) {
  const auto at = messages_.find(message->topic());
  if (message->payload().empty()) {
    if (at != messages_.end()) messages_.erase(at);
    return true;
  }
  if (at != messages_.end()) {
    at->message = message;
    return true;
  }
  if (messages_.size() >= max_messages_) return false;
  messages_.insert(Entry{message});
  return true;
}

Retained::Messages::const_iterator Retained::begin_of(const RetainedWalk& walk) const {
  if (walk.has_begun) return messages_.upper_bound(std::string_view(walk.after));
  return messages_.lower_bound(literal_beginning(walk.filter));
}

bool Retained::in_range(const RetainedWalk& walk, std::string_view topic) {
  return topic.starts_with(literal_beginning(walk.filter));
}

bool Retained::fits(const RetainedWalk& walk, std::string_view topic) {
  return mqtt::matches(walk.filter, topic);
}

}  // namespace core
