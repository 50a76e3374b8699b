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
    if (!route.batch) route.batch = std::make_unique<ForwardBatch>();
    if (publish.retain) {
      route.batch->add(outgoing.keep_shared(), stamp);
    } else {
      route.batch->add(publish);
    }
    if (!must_survive(route, question, publish)) continue;
    route.batch->last_number = ++route.last_number;
    journal_->forward(route.to, route.last_number, publish);
  }
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
