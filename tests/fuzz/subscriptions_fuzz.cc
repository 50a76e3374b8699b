// SPDX-License-Identifier: Apache-2.0
// The subscription index against a plain list and the naive matcher. The input is lines: a byte that says
// what to do, a byte that says for whom, then a filter or a topic up to the line break. After every line the
// last topic is asked for again, so that an answer kept too long is seen.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "broker/base/bytes.h"
#include "broker/base/check.h"
#include "broker/core/subscriptions.h"
#include "broker/mqtt/topic.h"
#include "tests/support/naive_match.h"

namespace {

/// More than a list holds before it gets its index.
constexpr std::uint32_t slots = 2 * core::SubscriberList::indexed_from;
constexpr std::size_t most_lines = 300;
/// Beyond this the naive matcher's recursion is what would be tested.
constexpr std::size_t longest_text = 256;

class Compared {
 public:
  void set(std::string_view filter, std::uint32_t slot, mqtt::Qos qos) {
    const bool is_new = list_.insert_or_assign({std::string(filter), slot}, qos).second;
    CHECK(index_.set(filter, {nullptr, slot}, {.qos = qos}) == is_new);
  }
  void remove(std::string_view filter, std::uint32_t slot) {
    const bool was_there = list_.erase({std::string(filter), slot}) == 1;
    CHECK(index_.remove(filter, slot) == was_there);
  }
  void match(std::string_view topic) {
    std::map<std::uint32_t, mqtt::Qos> expected;
    for (const auto& [key, qos] : list_) {
      if (!support::naive_match(key.first, topic)) continue;
      mqtt::Qos& highest = expected.try_emplace(key.second, qos).first->second;
      highest = std::max(highest, qos);
    }
    std::map<std::uint32_t, mqtt::Qos> found;
    for (const core::Match& match : index_.match(topic)) {
      CHECK(found.emplace(match.subscriber.slot, match.options.qos).second);  // each session once
    }
    CHECK(found == expected);
  }
  void remove_all() {
    while (!list_.empty()) {
      const auto [filter, slot] = list_.begin()->first;
      remove(filter, slot);
    }
  }

 private:
  core::Subscriptions index_;
  std::map<std::pair<std::string, std::uint32_t>, mqtt::Qos> list_;
};

/// The whole of a line: everybody, or one.
struct Line {
  std::uint8_t what;
  std::uint32_t slot;
  std::string_view text;
};

std::optional<Line> next_line(std::string_view& input) {
  if (input.size() < 2) return std::nullopt;
  const auto what = static_cast<std::uint8_t>(input[0]);
  const std::uint32_t slot = static_cast<std::uint8_t>(input[1]) % slots;
  input.remove_prefix(2);
  const std::string_view text = input.substr(0, input.find('\n'));
  input.remove_prefix(std::min(input.size(), text.size() + 1));
  return Line{what, slot, text};
}

void apply(Compared& compared, const Line& line) {
  const auto qos = static_cast<mqtt::Qos>(line.what / 8 % 3);
  const bool is_for_all = line.what / 64 == 1;  // up to this slot
  for (std::uint32_t slot = is_for_all ? 0 : line.slot; slot <= line.slot; ++slot) {
    if (line.what % 2 == 0) {
      compared.set(line.text, slot, qos);
    } else {
      compared.remove(line.text, slot);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = base::as_text(base::Bytes(data, size));
  Compared compared;
  std::string topic = "a/b";
  for (std::size_t lines = 0; lines < most_lines; ++lines) {
    const auto line = next_line(input);
    if (!line) break;
    if (line->text.size() > longest_text) continue;
    if (line->what % 4 == 3) {
      if (mqtt::is_valid_topic(line->text)) topic = line->text;
    } else if (mqtt::is_valid_filter(line->text)) {
      apply(compared, *line);
    }
    compared.match(topic);
  }
  compared.remove_all();
  compared.match(topic);
  return 0;
}
