// SPDX-License-Identifier: Apache-2.0
#include "broker/mqtt/topic.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace mqtt {
namespace {

constexpr std::size_t longest = 65535;  // [MQTT-4.7.3-3]
constexpr std::size_t word_bytes = sizeof(std::uint64_t);

constexpr std::uint64_t in_every_byte(std::uint64_t byte) { return 0x0101010101010101 * byte; }

/// Has a top bit set when (and only when) a byte of `word` is zero: taking one from each byte borrows there.
constexpr std::uint64_t zero_mark(std::uint64_t word) { return (word - in_every_byte(0x01)) & ~word; }

constexpr bool is_wildcard(char c) { return c == '+' || c == '#'; }

/// `+` is 0x2b and `#` is 0x23: one bit apart, so one mask makes both zero.
constexpr bool is_plain(std::uint64_t word) {
  const std::uint64_t wildcards_zeroed = (word & in_every_byte(0xf7)) ^ in_every_byte(0x23);
  return ((zero_mark(word) | zero_mark(wildcards_zeroed)) & in_every_byte(0x80)) == 0;
}

std::uint64_t word_at(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + at, word_bytes);
  return word;
}

/// No NUL and no wildcard. Eight bytes at a time: this runs for every PUBLISH.
bool is_plain(std::string_view topic) {
  while (topic.size() >= word_bytes) {
    if (!is_plain(word_at(topic, 0))) return false;
    topic.remove_prefix(word_bytes);
  }
  return std::ranges::none_of(topic, [](char c) { return c == '\0' || is_wildcard(c); });
}

/// Has a top bit set when a byte of `word` is no ASCII, NUL or a wildcard. What zero_mark takes out, bytes
/// with their top bit set, is at fault here.
constexpr std::uint64_t usual_faults(std::uint64_t word) {
  const std::uint64_t wildcards_zeroed = (word & in_every_byte(0xf7)) ^ in_every_byte(0x23);
  return word | (word - in_every_byte(0x01)) | (wildcards_zeroed - in_every_byte(0x01));
}

bool is_within_limits(std::string_view text) { return !text.empty() && text.size() <= longest; }

/// Whether the wildcard at `at` fills its level; `#` must also be the last [MQTT-4.7.1-2, 4.7.1-3].
bool is_well_placed(std::string_view filter, std::size_t at) {
  const bool begins_level = at == 0 || filter[at - 1] == '/';
  const bool is_last = at + 1 == filter.size();
  if (filter[at] == '#') return begins_level && is_last;
  return begins_level && (is_last || filter[at + 1] == '/');
}

}  // namespace

bool is_valid_topic(std::string_view topic) { return is_within_limits(topic) && is_plain(topic); }

bool is_usual_topic(std::string_view topic) {
  if (topic.size() < word_bytes || topic.size() > longest) return false;
  const std::size_t last = topic.size() - word_bytes;
  std::uint64_t faults = usual_faults(word_at(topic, last));
  for (std::size_t at = 0; at < last; at += word_bytes) faults |= usual_faults(word_at(topic, at));
  return (faults & in_every_byte(0x80)) == 0;
}

bool is_valid_filter(std::string_view filter) {
  if (!is_within_limits(filter)) return false;
  for (std::size_t i = 0; i < filter.size(); ++i) {
    if (filter[i] == '\0') return false;  // [MQTT-4.7.3-2]
    if (is_wildcard(filter[i]) && !is_well_placed(filter, i)) return false;
  }
  return true;
}

bool has_wildcard(std::string_view filter) { return std::ranges::any_of(filter, is_wildcard); }

bool is_named(std::string_view filter) { return !is_wildcard(filter.back()); }

std::size_t level_count(std::string_view topic) {
  return 1 + static_cast<std::size_t>(std::ranges::count(topic, '/'));
}

bool matches(std::string_view filter, std::string_view topic) {
  if (filter.empty() || topic.empty()) return false;
  if (topic.front() == '$' && is_wildcard(filter.front())) return false;  // [MQTT-4.7.2-1]
  std::size_t at = 0;                                                     // in topic
  for (std::size_t i = 0; i < filter.size(); ++i) {
    if (filter[i] == '#') return true;
    if (filter[i] == '+') {
      at = std::min(topic.find('/', at), topic.size());
    } else if (at == topic.size()) {
      return filter.substr(i) == "/#";  // 4.7.1.2: `#` also stands for the parent level
    } else if (filter[i] != topic[at++]) {
      return false;
    }
  }
  return at == topic.size();
}

}  // namespace mqtt
