// SPDX-License-Identifier: Apache-2.0
#include "broker/core/publishing.h"

#include <algorithm>

#include "broker/mqtt/encode.h"

namespace core {

bool Publishing::connected(const plugin::Client& client, base::TimePoint now) {
  now_ = now;
  bool is_asked = false;
  for (plugin::Plugin* told : plugins_) is_asked = told->on_connect(client, *this, now) || is_asked;
  if (!pending_.empty()) route_pending();
  return is_asked;
}

void Publishing::disconnected(const plugin::Client& client, base::TimePoint now) {
  now_ = now;
  for (plugin::Plugin* told : plugins_) told->on_disconnect(client, *this, now);
  if (!pending_.empty()) route_pending();
}

mqtt::Qos Publishing::subscribed(const plugin::Client& client, std::string_view filter, mqtt::Qos granted) {
  for (plugin::Plugin* asked : plugins_)
    granted = std::min(granted, asked->on_subscribe(client, filter, granted, *this, now_));
  if (!pending_.empty()) route_pending();
  return granted;
}

void Publishing::unsubscribed(const plugin::Client& client, std::string_view filter) {
  for (plugin::Plugin* told : plugins_) told->on_unsubscribe(client, filter, *this, now_);
  if (!pending_.empty()) route_pending();
}

bool Publishing::may_send(const plugin::Client& receiver, const Outgoing& outgoing, mqtt::Qos qos,
                          bool is_own) {
  const plugin::Draft message{outgoing.topic(), outgoing.payload(), outgoing.qos(), outgoing.retain()};
  mqtt::Publish wanted = outgoing.message();
  wanted.qos = qos;
  const plugin::Delivery delivery{.receiver = receiver,
                                  .message = message,
                                  .frame_bytes = mqtt::publish_head_size(wanted) + wanted.payload.size(),
                                  .is_own = is_own};
  const bool is_wanted = std::ranges::all_of(
      plugins_, [&](plugin::Plugin* asked) { return asked->on_deliver(delivery, *this, now_); });
  if (!is_wanted) parts_.counters.add(Metric::messages_withheld_by_plugin);
  return is_wanted;
}

plugin::Verdict Publishing::publish(const plugin::Client& client, Outgoing& outgoing, base::TimePoint now) {
  now_ = now;
  const plugin::Verdict verdict = ask_plugins(client, outgoing);
  if (verdict == plugin::Verdict::pass) parts_.router.publish(outgoing);
  if (!pending_.empty()) route_pending();
  return verdict;
}

void Publishing::stop() {
  for (plugin::Plugin* told : plugins_) told->on_stop(*this);
  if (!pending_.empty()) route_pending();
}

void Publishing::publish(const plugin::Publication& publication) {
  pending_.push_back({{.topic = base::as_text(parts_.turn.copy(base::as_bytes(publication.topic))),
                       .payload = parts_.turn.copy(publication.payload),
                       .qos = publication.qos,
                       .retain = publication.retain},
                      publication.audience});
}

void Publishing::keep(std::string_view name, base::Bytes value) {
  if (Journal* journal = parts_.router.journal()) journal->keep(name, value);
}

void Publishing::tick(base::TimePoint now) {
  now_ = now;
  for (plugin::Plugin* told : plugins_) told->on_tick(*this, now);
  if (!pending_.empty()) route_pending();
}

plugin::Verdict Publishing::ask_plugins(const plugin::Client& client, Outgoing& outgoing) {
  plugin::Draft draft{outgoing.topic(), outgoing.payload(), outgoing.qos(), outgoing.retain()};
  for (plugin::Plugin* asked : plugins_) {
    const plugin::Verdict verdict = asked->on_publish(client, draft, *this, now_);
    if (verdict == plugin::Verdict::pass) continue;
    parts_.counters.add(verdict == plugin::Verdict::drop ? Metric::messages_dropped_by_plugin
                                                         : Metric::messages_refused_by_plugin);
    return verdict;
  }
  if (outgoing.retain() && !draft.retain) outgoing.drop_retain();
  return plugin::Verdict::pass;
}

void Publishing::route_pending() {
  parts_.effort.spend(pending_.size() * Effort::per_plugin_publication);
  for (const Pending& pending : pending_) {
    Outgoing outgoing(pending.publish, parts_.turn);
    if (pending.audience == plugin::Audience::named) outgoing.to_named();
    parts_.router.publish(outgoing);
  }
  pending_.clear();
}

}  // namespace core
