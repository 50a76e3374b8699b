// SPDX-License-Identifier: Apache-2.0
// The newest retained message of each topic, ordered by topic. A filter's literal beginning bounds the
// stretch that can match (`msh/EU_868/#` never looks at `zigbee2mqtt/…`), and a walk is resumed by the last
// topic it saw: so a new subscriber of `#` is served in slices, straight from here, with no queue in between
// and with whatever is newest at that moment.
#pragma once
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/cleared_topics.h"
#include "broker/core/message.h"

namespace core {

/// How far one subscription's replay has come. A value of the session that subscribed.
struct RetainedWalk {
  std::string filter;
  mqtt::Qos qos = mqtt::Qos::at_most_once;  // granted
  std::string after;                        // the last topic looked at
  bool has_begun = false;
};

/// Owned by the router; worker's thread.
class Retained {
 public:
  /// All they may be: `bytes` counts topics and payloads with what each costs beside them.
  struct Capacity {
    std::size_t messages;
    std::size_t bytes;
  };
  explicit Retained(const Capacity& capacity) : capacity_(capacity) {}

  /// Stores `message` for its topic; an empty payload clears it and is never stored
  /// [MQTT-3.3.1-10, 3.3.1-11]. One that is older than what the topic has changes nothing. False: it does not
  /// fit; then the topic has no message any more, because its old one would be a wrong answer from now on.
  [[nodiscard]] bool set(const MessageRef& message, Stamp stamp = 0);

  /// Gives `visit` the next matching messages, while it returns true and `budget` lasts: one for each topic
  /// looked at and one for the look-up itself. True when the walk is over. A message for which `visit`
  /// returned false comes again.
  template <class Visit>
  [[nodiscard]] bool walk(RetainedWalk& walk, std::size_t& budget, Visit&& visit) const {
    if (budget == 0) return false;
    --budget;
    const auto first = begin_of(walk);
    auto at = first;
    Lookahead lookahead{first};
    bool is_over = false;
    while (true) {
      is_over = at == messages_.end() || !in_range(walk, at->message->topic());
      if (is_over || budget == 0) break;
      --budget;
      fetch_next(lookahead);
      if (fits(walk, at->message->topic()) && !visit(at->message)) break;
      ++at;
    }
    if (at != first) resume_after(walk, *std::prev(at)->message);
    return is_over;
  }

  std::size_t size() const { return messages_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    mutable MessageRef message;  // replaced by one of the same topic, so the order stands
    mutable Stamp stamp;
  };
  struct ByTopic {
    using is_transparent = void;
    static std::string_view topic(const Entry& entry) { return entry.message->topic(); }
    static std::string_view topic(std::string_view text) { return text; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return topic(a) < topic(b);
    }
  };
  using Messages = std::set<Entry, ByTopic>;
  /// The messages a walk has on their way from memory. They lie anywhere, most often in that of the worker
  /// that heard them: waiting for one after the other was a third of a replay.
  struct Lookahead {
    Messages::const_iterator next;
    std::size_t lead = 0;  // over the walk; grows with it: most walks are short
  };
  static constexpr std::size_t longest_lead = 8;

  void fetch_next(Lookahead& lookahead) const {
    for (std::size_t i = lookahead.lead < longest_lead ? 2 : 1; i > 0; --i) {
      if (lookahead.next == messages_.end()) return;
      lookahead.next->message->fetch();
      ++lookahead.next;
    }
    lookahead.lead = std::min(lookahead.lead + 1, longest_lead);
  }
  Messages::const_iterator begin_of(const RetainedWalk& walk) const;
  static bool in_range(const RetainedWalk& walk, std::string_view topic);
  static bool fits(const RetainedWalk& walk, std::string_view topic);
  static void resume_after(RetainedWalk& walk, const Message& message);
  static std::size_t cost_of(const Message& message);
  bool is_outdated(Messages::const_iterator at, std::string_view topic, Stamp stamp) const;

  Capacity capacity_;
  Messages messages_;
  ClearedTopics cleared_;
  std::size_t bytes_ = 0;
};

}  // namespace core
