// SPDX-License-Identifier: Apache-2.0
#include "broker/core/publishing.h"

namespace core {

plugin::Verdict Publishing::publish(const plugin::Client& client, Outgoing& outgoing, base::TimePoint now) {
  const plugin::Verdict verdict = ask_plugins(client, outgoing, now);
  if (verdict == plugin::Verdict::pass) router_.publish(outgoing);
  if (!pending_.empty()) route_pending();
  return verdict;
}

void Publishing::publish(const plugin::Publication& publication) {
  pending_.push_back({.topic = base::as_text(turn_.copy(base::as_bytes(publication.topic))),
                      .payload = turn_.copy(publication.payload),
                      .qos = publication.qos,
                      .retain = publication.retain});
}

void Publishing::keep(std::string_view name, base::Bytes value) {
  if (Journal* journal = router_.journal()) journal->keep(name, value);
}

void Publishing::tick(base::TimePoint now) {
  for (plugin::Plugin* told : plugins_) told->on_tick(*this, now);
  if (!pending_.empty()) route_pending();
}

plugin::Verdict Publishing::ask_plugins(const plugin::Client& client, const Outgoing& outgoing,
                                        base::TimePoint now) {
  const plugin::Draft draft{outgoing.topic(), outgoing.payload(), outgoing.qos(), outgoing.retain()};
  for (plugin::Plugin* asked : plugins_) {
    const plugin::Verdict verdict = asked->on_publish(client, draft, *this, now);
    if (verdict == plugin::Verdict::pass) continue;
    counters_.add(verdict == plugin::Verdict::drop ? Metric::messages_dropped_by_plugin
                                                   : Metric::messages_refused_by_plugin);
    return verdict;
  }
  return plugin::Verdict::pass;
}

void Publishing::route_pending() {
  effort_.spend(pending_.size() * Effort::per_plugin_publication);
  for (const mqtt::Publish& publish : pending_) {
    Outgoing outgoing(publish, turn_);
    router_.publish(outgoing);
  }
  pending_.clear();
}

}  // namespace core
