// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace core {

/// Whether a worker may have a subscriber of a topic: what the others ask before they forward a message to
/// it. A counting filter: it may say yes for nothing, and never no wrongly. Its worker counts a subscription
/// in before the SUBACK leaves, so that no message published after it is missed. One writer; any thread
/// reads.
class Interest {
 public:
  /// A topic as all workers are asked about it.
  struct Question {
    explicit Question(std::string_view topic)
        : exact(std::hash<std::string_view>{}(topic) % exact_buckets),
          first_level(first_level_of(topic)),
          is_broker_topic(!topic.empty() && topic.front() == '$') {}
    std::size_t exact;
    std::size_t first_level;
    bool is_broker_topic;  // no leading wildcard meets it [MQTT-4.7.2-1]
  };

  void add(std::string_view filter) { cell(filter).fetch_add(1, std::memory_order_seq_cst); }
  /// A filter that was added.
  void remove(std::string_view filter) { cell(filter).fetch_sub(1, std::memory_order_seq_cst); }

  bool wants(const Question& asked) const {
    return is_any(exact_[asked.exact]) || is_any(first_levels_[asked.first_level]) ||
           (!asked.is_broker_topic && is_any(everything_));
  }

 private:
  using Cell = std::atomic<std::uint32_t>;
  static constexpr std::size_t exact_buckets = 1 << 14;
  static constexpr std::size_t first_level_buckets = 1 << 10;

  static bool is_any(const Cell& cell) { return cell.load(std::memory_order_acquire) != 0; }
  static std::size_t first_level_of(std::string_view text) {
    return std::hash<std::string_view>{}(text.substr(0, text.find('/'))) % first_level_buckets;
  }
  Cell& cell(std::string_view filter);

  std::array<Cell, exact_buckets> exact_{};               // filters without wildcards
  std::array<Cell, first_level_buckets> first_levels_{};  // others, by the level they begin with
  Cell everything_{0};                                    // those that begin with a wildcard
};

}  // namespace core
