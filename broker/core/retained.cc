// SPDX-License-Identifier: Apache-2.0
#include "broker/core/retained.h"

#include "broker/mqtt/topic.h"

namespace core {
namespace {

/// A node of the set with the allocator's share of it and of the message.
constexpr std::size_t entry_bytes = 80;

/// What every topic that meets `filter` begins with. `sport/#` also meets `sport`, so its slash is not part
/// of it.
std::string_view literal_beginning(std::string_view filter) {
  const std::size_t wildcard = filter.find_first_of("+#");
  if (wildcard == std::string_view::npos) return filter;
  const bool drops_slash = filter[wildcard] == '#' && wildcard > 0;
  return filter.substr(0, drops_slash ? wildcard - 1 : wildcard);
}

}  // namespace

bool Retained::set(const MessageRef& message, Stamp stamp) {
  // The one descent: where it is, or where it belongs.
  const auto place = messages_.lower_bound(message->topic());
  const bool is_there = place != messages_.end() && place->message->topic() == message->topic();
  const auto at = is_there ? place : messages_.end();
  if (stamp != 0 && is_outdated(at, message->topic(), stamp)) return true;
  const bool is_clearing = message->payload().empty();
  const std::size_t cost = cost_of(*message);
  const std::size_t freed = at == messages_.end() ? 0 : cost_of(*at->message);
  const bool has_room = (at != messages_.end() || messages_.size() < capacity_.messages) &&
                        bytes_ - freed + cost <= capacity_.bytes;
  if (is_clearing || !has_room) {
    bytes_ -= freed;
    if (at != messages_.end()) messages_.erase(at);
    if (stamp != 0) cleared_.add(message->topic(), stamp);
    return is_clearing;
  }
  bytes_ += cost - freed;
  if (at == messages_.end()) {
    messages_.insert(place, Entry{message, stamp});
  } else {
    at->message = message;
    at->stamp = stamp;
  }
  return true;
}

bool Retained::is_outdated(Messages::const_iterator at, std::string_view topic, Stamp stamp) const {
  return at == messages_.end() ? cleared_.is_after(topic, stamp) : at->stamp > stamp;
}

std::size_t Retained::cost_of(const Message& message) { return entry_bytes + message.bytes(); }

/// Only at the end of a slice: a topic may be 64 KiB long.
void Retained::resume_after(RetainedWalk& walk, const Message& message) {
  walk.has_begun = true;
  walk.after.assign(message.topic());
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
