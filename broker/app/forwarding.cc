// SPDX-License-Identifier: Apache-2.0
#include "broker/app/forwarding.h"

#include <algorithm>
#include <utility>

namespace app {
namespace {

/// A batch that is worth posting in the middle of a turn.
constexpr std::size_t batch_bytes = 256 * 1024;

}  // namespace

void Forwarding::forward(const mqtt::Publish& publish, core::Stamp stamp) {
  const core::Interest::Question question(publish.topic);
  for (Route& route : routes_) {
    // Every worker keeps every retained message.
    if (stamp == 0 && !route.inbox->interest.wants(question)) continue;
    if (!route.batch) route.batch = std::make_unique<ForwardBatch>();
    route.batch->add(publish, stamp);
    if (route.batch->bytes() >= batch_bytes) post(route);
  }
}

void Forwarding::post() {
  for (Route& route : routes_) {
    if (route.batch) post(route);
  }
}

void Forwarding::post(Route& route) { route.inbox->post(Forward{std::exchange(route.batch, nullptr)}); }

bool Forwarding::is_any_above_mark() const {
  return std::ranges::any_of(routes_, [](const Route& route) { return route.inbox->is_above_mark(); });
}

}  // namespace app
