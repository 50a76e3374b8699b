// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string_view>

namespace mqtt {

/// A topic a client may publish to: not empty, at most 65,535 bytes of legal UTF-8, no wildcard
/// [MQTT-4.7.1-1, 4.7.3-1..3]. UTF-8 is the caller's to judge, with utf8.h.
[[nodiscard]] bool is_valid_topic(std::string_view topic);

/// Whether one pass over `topic` shows it to be valid, UTF-8 included: eight bytes or more, all ASCII, as
/// nearly every topic is. False says nothing.
[[nodiscard]] bool is_usual_topic(std::string_view topic);

/// A filter a client may subscribe to: `#` last and alone in its level, `+` alone in its level
/// [MQTT-4.7.1-2, 4.7.1-3].
[[nodiscard]] bool is_valid_filter(std::string_view filter);

[[nodiscard]] bool has_wildcard(std::string_view filter);
/// Whether its last level is spelled out.
[[nodiscard]] bool is_named(std::string_view filter);

/// Levels of a topic or filter: one more than its slashes.
[[nodiscard]] std::size_t level_count(std::string_view topic);

/// Whether a message on `topic` is for `filter`, by the letter of section 4.7: a leading wildcard never
/// matches a topic that starts with `$` [MQTT-4.7.2-1]; `sport/#` matches `sport`.
[[nodiscard]] bool matches(std::string_view filter, std::string_view topic);

}  // namespace mqtt
