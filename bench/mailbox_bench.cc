// SPDX-License-Identifier: Apache-2.0
// What crossing to another worker costs: a post, its share of a drain, and both with other threads at the
// box.
#include <array>
#include <cstdint>

#include <benchmark/benchmark.h>

#include "broker/base/mailbox.h"

namespace {

/// As large as a case of mail is likely to be.
struct Mail {
  std::array<std::uint64_t, 6> words;
};

/// An empty box is asked every turn.
void mailbox_drain_empty(benchmark::State& state) {
  base::Mailbox<Mail> mailbox;
  for (auto _ : state) benchmark::DoNotOptimize(mailbox.drain());
}
BENCHMARK(mailbox_drain_empty);

void mailbox_post_and_drain(benchmark::State& state) {
  base::Mailbox<Mail> mailbox;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i) benchmark::DoNotOptimize(mailbox.post({}));
    benchmark::DoNotOptimize(mailbox.drain());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(mailbox_post_and_drain)->RangeMultiplier(10)->Range(1, 1000);

/// Thread 0 drains, the others post; items are posts.
void mailbox_between_threads(benchmark::State& state) {
  static base::Mailbox<Mail> mailbox;
  const bool is_owner = state.thread_index() == 0;
  for (auto _ : state) {
    if (is_owner) {
      benchmark::DoNotOptimize(mailbox.drain());
    } else {
      benchmark::DoNotOptimize(mailbox.post({}));
    }
  }
  if (is_owner) {
    benchmark::DoNotOptimize(mailbox.drain());
  } else {
    state.SetItemsProcessed(state.iterations());
  }
}
BENCHMARK(mailbox_between_threads)->Threads(2)->Threads(4)->UseRealTime();

}  // namespace
