// SPDX-License-Identifier: Apache-2.0
#include "broker/app/forwarding.h"

#include <algorithm>
#include <utility>

namespace app {

void Forwarding::forward(core::Outgoing& outgoing, core::Stamp stamp) {
  const mqtt::Publish& publish = outgoing.message();
  ask_about(publish.topic);
  for (Route& route : routes_) {
    // Every worker keeps every retained message.
    if (stamp == 0 && !route.inbox->interest.wants(question_)) continue;
    if (outgoing.is_named() && !route.inbox->interest.wants_named(publish.topic)) continue;
    if (!route.batch) route.batch = route.inbox->blank();
    if (publish.retain) {
      route.batch->add(outgoing.keep_shared(), stamp);
    } else {
      route.batch->add(outgoing);
    }
    if (!must_survive(route, publish)) continue;
    route.batch->last_number = ++route.last_number;
    journal_->forward(route.to, route.last_number, publish);
  }
}

void Forwarding::ask_about(std::string_view topic) {
  if (topic == last_topic_) return;
  last_topic_ = topic;
  question_ = core::Interest::Question(topic);
}

bool Forwarding::wants_below(std::string_view first_level) const {
  return std::ranges::any_of(
      routes_, [&](const Route& route) { return route.inbox->interest.wants_below(first_level); });
}

bool Forwarding::wants_named(std::string_view topic) const {
  return std::ranges::any_of(routes_,
                             [&](const Route& route) { return route.inbox->interest.wants_named(topic); });
}

bool Forwarding::wants_any_named() const {
  return std::ranges::any_of(routes_,
                             [](const Route& route) { return route.inbox->interest.wants_any_named(); });
}

bool Forwarding::must_survive(const Route& route, const mqtt::Publish& publish) const {
  return journal_ != nullptr && publish.qos != mqtt::Qos::at_most_once &&
         route.inbox->lasting.wants(question_);
}

void Forwarding::post() {
  for (Route& route : routes_) {
    if (route.batch) post(route);
  }
}

void Forwarding::post(Route& route) const {
  route.inbox->post(Forward{from_, std::exchange(route.batch, nullptr)});
}

bool Forwarding::is_any_above_mark() const {
  return std::ranges::any_of(routes_, [](const Route& route) { return route.inbox->is_above_mark(); });
}

}  // namespace app
