// SPDX-License-Identifier: Apache-2.0
// The check behind every figure: each subscriber gets each publisher's messages once and in order.
#pragma once
#include <cstdint>
#include <set>
#include <span>
#include <vector>

namespace load {

/// What went wrong, in messages at subscribers.
struct Faults {
  std::uint64_t lost = 0;
  std::uint64_t doubled = 0;
  std::uint64_t reordered = 0;     // came, but behind a later one of the same publisher
  std::uint64_t stray = 0;         // came to a subscriber that had not asked for it, or was never sent
  std::uint64_t damaged = 0;       // not a payload of ours
  std::uint64_t acknowledged = 0;  // acknowledgements with another id than the next

  std::uint64_t sum() const { return lost + doubled + reordered + stray + damaged + acknowledged; }
};

/// One count per pair of subscriber and publisher ("stream"): the sequence that comes next. What comes in
/// order costs a comparison; only a surprise is remembered.
class Ledger {
 public:
  Ledger(std::uint32_t subscribers, std::uint32_t streams);

  /// `subscriber` is to get what `stream` sends. Everything else is stray.
  void want(std::uint32_t subscriber, std::uint32_t stream);
  bool is_wanted(std::uint32_t subscriber, std::uint32_t stream) const {
    return next_[cell(subscriber, stream)] != unwanted;
  }

  void take(std::uint32_t subscriber, std::uint32_t stream, std::uint32_t sequence) {
    if (stream < streams_ && next_[cell(subscriber, stream)] == sequence) {
      ++next_[cell(subscriber, stream)];
    } else {
      surprise(subscriber, stream, sequence);
    }
  }
  void damaged() { ++faults_.damaged; }
  void acknowledged_out_of_order() { ++faults_.acknowledged; }

  /// The verdict, when nothing more will come: `sent[stream]` messages were sent.
  Faults close(std::span<const std::uint32_t> sent) const;

 private:
  static constexpr std::uint32_t unwanted = 0xffff'ffff;
  struct Gap {
    std::size_t cell;
    std::uint32_t sequence;
    friend auto operator<=>(const Gap&, const Gap&) = default;
  };

  std::size_t cell(std::uint32_t subscriber, std::uint32_t stream) const {
    return std::size_t{subscriber} * streams_ + stream;
  }
  void surprise(std::uint32_t subscriber, std::uint32_t stream, std::uint32_t sequence);
  void skip_to(std::size_t at, std::uint32_t sequence);

  std::uint32_t streams_;
  std::vector<std::uint32_t> next_;
  std::set<Gap> gaps_;  // jumped over and not seen since
  Faults faults_;
};

}  // namespace load
