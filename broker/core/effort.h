// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

namespace core {

/// What may still be done at one go, in steps of very roughly 50 ns: a filter level visited, a message
/// delivered, a retained topic looked at. Counted instead of timed, so that the same input always takes the
/// same course. A publish is never cut short: who finds it used up stops behind the packet at hand and goes
/// on in the next turn. Owned by the broker; worker's thread.
class Effort {
 public:
  /// What all that is read in one turn may cost, and again what sessions still have to send: some 10 ms.
  static constexpr std::int64_t per_turn = 200'000;
  /// A packet that is answered with one, beside what it causes.
  static constexpr std::size_t per_request = 4;
  /// A publication of a plugin: making it has cost about this.
  static constexpr std::size_t per_plugin_publication = 20;

  void grant(std::int64_t steps) { left_ = steps; }
  void spend(std::size_t steps) { left_ -= static_cast<std::int64_t>(steps); }
  bool is_used_up() const { return left_ <= 0; }
  /// Negative: that much was overdrawn.
  std::int64_t left() const { return left_; }

 private:
  std::int64_t left_ = per_turn;
};

}  // namespace core
