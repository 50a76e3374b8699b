// SPDX-License-Identifier: Apache-2.0
// What a worker says of itself.
#include <utility>

#include "broker/app/worker.h"

namespace app {
namespace {

std::uint64_t sum_of(const std::vector<base::Count>& counts) {
  std::uint64_t sum = 0;
  for (const base::Count& count : counts) sum += count.value;
  return sum;
}

}  // namespace

void Worker::note_levels() {
  const core::Router& router = std::as_const(broker_).router();
  levels_.set(Level::connections, connections_.size());
  levels_.set(Level::sessions, broker_.session_count());
  levels_.set(Level::subscriptions, router.subscriptions().size());
  levels_.set(Level::retained_messages, router.retained().size());
  levels_.set(Level::retained_bytes, router.retained().bytes());
  levels_.set(Level::waiting_messages, broker_.owed().waiting);
  levels_.set(Level::waiting_bytes, broker_.owed().waiting_bytes);
  levels_.set(Level::inflight_messages, broker_.owed().inflight);
}

std::vector<base::Count> Worker::sent_by_type() const {
  std::vector<base::Count> sent = packets_.sent();
  const core::CoreCounters& core = broker_.counters();
  sent[static_cast<std::size_t>(mqtt::PacketType::publish)].value +=
      core[core::Metric::messages_delivered] + core[core::Metric::messages_resent];
  return sent;
}

admin::WorkerCounts Worker::counts() const {
  const core::CoreCounters& core = broker_.counters();
  const std::vector<base::Count> received = packets_.received();
  const std::vector<base::Count> sent = sent_by_type();
  return {.core = core.read(),
          .closed = closings_.read(),
          .bytes_received = loop_.traffic()[net::Traffic::bytes_received],
          .bytes_sent = loop_.traffic()[net::Traffic::bytes_sent],
          .packets_received = sum_of(received),
          .packets_sent = sum_of(sent),
          .received_by_type = received,
          .sent_by_type = sent,
          .sockets_accepted = passage_[Passage::sockets_accepted],
          .connections = levels_[Level::connections],
          .sessions = levels_[Level::sessions],
          .subscriptions = levels_[Level::subscriptions],
          .retained_messages = levels_[Level::retained_messages],
          .retained_bytes = levels_[Level::retained_bytes],
          .waiting_messages = levels_[Level::waiting_messages],
          .waiting_bytes = levels_[Level::waiting_bytes],
          .inflight_messages = levels_[Level::inflight_messages],
          .log_lines_suppressed = events_.suppressed() + core[core::Metric::log_lines_suppressed],
          .turns = loop_.turns()[net::Turns::all],
          .turns_over_10ms = loop_.turns()[net::Turns::over_10ms],
          .turns_over_100ms = loop_.turns()[net::Turns::over_100ms],
          .turns_over_1s = loop_.turns()[net::Turns::over_1s],
          .longest_turn_ms = loop_.turns()[net::Turns::longest_ms]};
}

}  // namespace app
