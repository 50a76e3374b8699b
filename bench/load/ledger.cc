// SPDX-License-Identifier: Apache-2.0
#include "bench/load/ledger.h"

namespace load {
namespace {

/// A sequence further ahead than this is no gap but nonsense: remembering it would take all memory.
constexpr std::uint32_t widest_gap = 1'000'000;

}  // namespace

Ledger::Ledger(std::uint32_t subscribers, std::uint32_t streams)
    : streams_(streams), next_(std::size_t{subscribers} * streams, unwanted) {}

void Ledger::want(std::uint32_t subscriber, std::uint32_t stream) { next_[cell(subscriber, stream)] = 0; }

void Ledger::surprise(std::uint32_t subscriber, std::uint32_t stream, std::uint32_t sequence) {
  if (stream >= streams_ || !is_wanted(subscriber, stream)) {
    ++faults_.stray;
    return;
  }
  const std::size_t at = cell(subscriber, stream);
  if (sequence < next_[at]) {
    ++(gaps_.erase({at, sequence}) > 0 ? faults_.reordered : faults_.doubled);
  } else if (sequence - next_[at] > widest_gap) {
    ++faults_.stray;
  } else {
    skip_to(at, sequence);
  }
}

void Ledger::skip_to(std::size_t at, std::uint32_t sequence) {
  for (; next_[at] < sequence; ++next_[at]) gaps_.insert({at, next_[at]});
  ++next_[at];
}

Faults Ledger::close(std::span<const std::uint32_t> sent) const {
  Faults faults = faults_;
  faults.lost += gaps_.size();
  for (std::size_t at = 0; at < next_.size(); ++at) {
    if (next_[at] == unwanted) continue;
    const std::uint32_t expected = sent[at % streams_];
    if (next_[at] < expected) faults.lost += expected - next_[at];
    if (next_[at] > expected) faults.stray += next_[at] - expected;
  }
  return faults;
}

}  // namespace load
