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
        : exact(bucket_of(topic)),
          first_level(first_level_of(topic)),
          is_broker_topic(!topic.empty() && topic.front() == '$') {}
    std::size_t exact;
    std::size_t first_level;
    bool is_broker_topic;  // no leading wildcard meets it [MQTT-4.7.2-1]
  };

  void add(std::string_view filter) { count(filter, 1); }
  /// A filter that was added.
  void remove(std::string_view filter) { count(filter, static_cast<std::uint32_t>(-1)); }

  bool wants(const Question& asked) const {
    return is_any(exact_[asked.exact]) || is_any(first_levels_[asked.first_level]) ||
           (!asked.is_broker_topic && is_any(everything_));
  }
  /// The same of filters whose last level is spelled out. The first is one load: it is asked about each copy
  /// of each packet.
  bool wants_any_named() const { return is_any(named_); }
  bool wants_named(std::string_view topic) const {
    if (!wants_any_named()) return false;
    return is_any(exact_[bucket_of(topic)]) || is_any(last_levels_[last_level_of(topic)]);
  }
  /// Whether any filter may meet a topic that begins with this level.
  bool wants_below(std::string_view first_level) const {
    return is_any(everything_) || is_any(below_[first_level_of(first_level)]);
  }

 private:
  using Cell = std::atomic<std::uint32_t>;
  static constexpr std::size_t exact_buckets = 1 << 14;
  static constexpr std::size_t first_level_buckets = 1 << 10;
  static constexpr std::size_t last_level_buckets = 1 << 10;

  static bool is_any(const Cell& cell) { return cell.load(std::memory_order_acquire) != 0; }
  static std::size_t bucket_of(std::string_view topic) {
    return std::hash<std::string_view>{}(topic) % exact_buckets;
  }
  /// By its first characters, in one pass: levels are short, and this is asked about each copy of each
  /// packet.
  static std::size_t first_level_of(std::string_view text) {
    constexpr std::size_t telling_bytes = 32;
    constexpr std::uint64_t offset = 0xcbf29ce484222325;  // FNV-1a
    constexpr std::uint64_t prime = 0x100000001b3;
    std::uint64_t hash = offset;
    for (const char c : text.substr(0, telling_bytes)) {
      if (c == '/') break;
      hash = (hash ^ static_cast<std::uint8_t>(c)) * prime;
    }
    return (hash >> 32U) % first_level_buckets;
  }
  static std::size_t last_level_of(std::string_view text) {
    return std::hash<std::string_view>{}(text.substr(text.rfind('/') + 1)) % last_level_buckets;
  }
  void count(std::string_view filter, std::uint32_t change);

  std::array<Cell, exact_buckets> exact_{};               // filters without wildcards
  std::array<Cell, first_level_buckets> first_levels_{};  // others, by the level they begin with
  Cell everything_{0};                                    // those that begin with a wildcard
  // Beside these, for what is made only if somebody wants it:
  std::array<Cell, first_level_buckets> below_{};  // all, by the level they begin with, if it is no wildcard
  std::array<Cell, last_level_buckets> last_levels_{};  // with wildcards, but spelled out at the end
  Cell named_{0};                                       // all that are spelled out at the end
};

}  // namespace core
