// SPDX-License-Identifier: Apache-2.0
// A filter, a line break, a topic. The rules of one must agree with those of the other and with the naive
// matcher.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "broker/base/bytes.h"
#include "broker/base/check.h"
#include "broker/mqtt/topic.h"
#include "broker/mqtt/utf8.h"
#include "tests/support/naive_match.h"

namespace {

/// Beyond this the naive matcher's recursion is what would be tested.
constexpr std::size_t naive_limit = 4096;

void check_alone(std::string_view text) {
  const bool is_topic = mqtt::is_valid_topic(text);
  CHECK(is_topic == (mqtt::is_valid_filter(text) && !mqtt::has_wildcard(text)));
  CHECK(!is_topic || mqtt::matches(text, text));
  CHECK(!mqtt::is_valid_utf8(text) || text.find('\0') == std::string_view::npos);
  CHECK(mqtt::level_count(text) == support::split_levels(text).size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = base::as_text(base::Bytes(data, size));
  const std::size_t line_break = input.find('\n');
  const std::string_view filter = input.substr(0, line_break);
  const std::string_view topic = line_break == std::string_view::npos ? filter : input.substr(line_break + 1);
  check_alone(filter);
  check_alone(topic);
  const bool is_match = mqtt::matches(filter, topic);  // on anything: must not fault
  if (size > naive_limit || !mqtt::is_valid_filter(filter) || !mqtt::is_valid_topic(topic)) return 0;
  CHECK(is_match == support::naive_match(filter, topic));
  return 0;
}
