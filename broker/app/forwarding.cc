// SPDX-License-Identifier: Apache-2.0
#include "broker/app/forwarding.h"

#include <algorithm>
#include <utility>

namespace app {

void Forwarding::forward(core::Outgoing& outgoing, core::Stamp stamp) {
  const mqtt::Publish& publish = outgoing.message();
  const core::Interest::Question question(publish.topic);
  for (Route& route : routes_) {
    // Every worker keeps every retained message.
    if (stamp == 0 && !route.inbox->interest.wants(question)) continue;
    if (outgoing.is_named() && !route.inbox->interest.wants_named(publish.topic)) continue;
    if (!route.batch) route.batch = std::make_unique<ForwardBatch>();
    if (publish.retain) {
      route.batch->add(outgoing.keep_shared(), stamp);
    } else {
      route.batch->add(publish, outgoing.is_named());
    }
    if (!must_survive(route, question, publish)) continue;
    route.batch->last_number = ++route.last_number;
    journal_->forward(route.to, route.last_number, publish);
  }
}

bool Forwarding::wants_below(std::string_view first_level) const {
  return std::ranges::any_of(
      routes_, [&](const Route& route) { return route.inbox->interest.wants_below(first_level); });
}

bool Forwarding::wants_named(std::string_view topic) const {
  return std::ranges::any_of(routes_,
                             [&](const Route& route) { return route.inbox->interest.wants_named(topic); });
}

bool Forwarding::must_survive(const Route& route, const core::Interest::Question& question,
                              const mqtt::Publish& publish) const {
  return journal_ != nullptr && publish.qos != mqtt::Qos::at_most_once &&
         route.inbox->lasting.wants(question);
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
