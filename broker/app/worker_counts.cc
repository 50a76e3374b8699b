// SPDX-License-Identifier: Apache-2.0
// What a worker says of itself.
#include <utility>

#include "broker/app/worker.h"

namespace app {

void Worker::note_levels() {
  const core::Router& router = std::as_const(broker_).router();
  levels_.set(Level::connections, connections_.size());
  levels_.set(Level::sessions, broker_.session_count());
  levels_.set(Level::subscriptions, router.subscriptions().size());
  levels_.set(Level::retained_messages, router.retained().size());
  levels_.set(Level::retained_bytes, router.retained().bytes());
  levels_.set(Level::waiting_messages, broker_.waiting_count());
}

admin::WorkerCounts Worker::counts() const {
  const core::CoreCounters& core = broker_.counters();
  return {.core = core.read(),
          .closed = closings_.read(),
          .bytes_received = loop_.traffic()[net::Traffic::bytes_received],
          .bytes_sent = loop_.traffic()[net::Traffic::bytes_sent],
          .packets_received = passage_[Passage::packets_received],
          .packets_sent = core[core::Metric::messages_delivered] + core[core::Metric::messages_resent] +
                          passage_[Passage::answers_sent],
          .sockets_accepted = passage_[Passage::sockets_accepted],
          .connections = levels_[Level::connections],
          .sessions = levels_[Level::sessions],
          .subscriptions = levels_[Level::subscriptions],
          .retained_messages = levels_[Level::retained_messages],
          .retained_bytes = levels_[Level::retained_bytes],
          .waiting_messages = levels_[Level::waiting_messages],
          .turns = loop_.turns()[net::Turns::all],
          .turns_over_10ms = loop_.turns()[net::Turns::over_10ms],
          .turns_over_100ms = loop_.turns()[net::Turns::over_100ms],
          .turns_over_1s = loop_.turns()[net::Turns::over_1s],
          .longest_turn_ms = loop_.turns()[net::Turns::longest_ms]};
}

}  // namespace app
