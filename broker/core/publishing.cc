// SPDX-License-Identifier: Apache-2.0
#include "broker/core/publishing.h"

namespace core {

plugin::Verdict Publishing::publish(const plugin::Client& client, Outgoing& outgoing, base::TimePoint now) {
  const plugin::Verdict verdict = ask_plugins(client, outgoing, now);
  if (verdict == plugin::Verdict::pass) parts_.router.publish(outgoing);
  if (!pending_.empty()) route_pending();
  return verdict;
}

void Publishing::stop() {
  for (plugin::Plugin* told : plugins_) told->on_stop(*this);
  if (!pending_.empty()) route_pending();
}

void Publishing::publish(const plugin::Publication& publication) {
  pending_.push_back({.topic = base::as_text(parts_.turn.copy(base::as_bytes(publication.topic))),
                      .payload = parts_.turn.copy(publication.payload),
                      .qos = publication.qos,
                      .retain = publication.retain});
}

void Publishing::keep(std::string_view name, base::Bytes value) {
  if (Journal* journal = parts_.router.journal()) journal->keep(name, value);
}

void Publishing::tick(base::TimePoint now) {
  for (plugin::Plugin* told : plugins_) told->on_tick(*this, now);
  if (!pending_.empty()) route_pending();
}

bool Publishing::wants_below(std::string_view first_level) const {
  static_cast<void>(first_level);
  return true;
}

bool Publishing::wants_named(std::string_view topic) const {
  static_cast<void>(topic);
  return true;
}

plugin::Verdict Publishing::ask_plugins(const plugin::Client& client, const Outgoing& outgoing,
                                        base::TimePoint now) {
  plugin::Draft draft{outgoing.topic(), outgoing.payload(), outgoing.qos(), outgoing.retain()};
  for (plugin::Plugin* asked : plugins_) {
    const plugin::Verdict verdict = asked->on_publish(client, draft, *this, now);
    if (verdict == plugin::Verdict::pass) continue;
    parts_.counters.add(verdict == plugin::Verdict::drop ? Metric::messages_dropped_by_plugin
                                                         : Metric::messages_refused_by_plugin);
    return verdict;
  }
  return plugin::Verdict::pass;
}

void Publishing::route_pending() {
  parts_.effort.spend(pending_.size() * Effort::per_plugin_publication);
  for (const mqtt::Publish& publish : pending_) {
    Outgoing outgoing(publish, parts_.turn);
    parts_.router.publish(outgoing);
  }
  pending_.clear();
}

}  // namespace core
