// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace durability {

/// Who has published a message, and its place among all that this publisher has published on any topic.
struct MessageName {
  std::uint32_t publisher = 0;
  std::uint32_t sequence = 0;
  friend auto operator<=>(const MessageName&, const MessageName&) = default;
};

/// A message as its publisher sends it.
struct Publication {
  MessageName name = {};
  std::string topic;
  int qos = 1;
  bool is_retained = false;
  std::size_t bytes = 32;  // of payload; 0: clears a retained message, otherwise smallest_payload at least
};

inline constexpr std::size_t smallest_payload = 8;

/// The name, and bytes that follow from it: whatever is altered, cut or mixed with another message shows.
[[nodiscard]] std::string payload_of(const Publication& publication);

/// What a payload says it is; nothing when it is too short.
[[nodiscard]] std::optional<MessageName> name_in(std::string_view payload);

/// "publisher 3, message 17".
[[nodiscard]] std::string text_of(MessageName name);

}  // namespace durability
