// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/describe.h"

#include "broker/mqtt/decode.h"
#include "broker/mqtt/frame.h"
#include "tests/support/packet_text.h"

namespace conformance {
namespace {

/// What a person still reads.
constexpr std::size_t most_bytes = 96;

std::string hexadecimal(base::Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes.first(std::min(bytes.size(), most_bytes))) {
    text += {digits[byte >> 4U], digits[byte & 0x0fU], ' '};
  }
  if (bytes.size() > most_bytes) text += "… " + std::to_string(bytes.size()) + " bytes ";
  return text;
}

std::string words(base::Bytes bytes) {
  std::string text;
  while (!bytes.empty()) {
    const auto frame = mqtt::next_frame(bytes, SIZE_MAX);
    text += text.empty() ? "" : "; ";
    if (!frame) return text + support::error_text(frame.error());
    if (!*frame) return text + "an incomplete packet";
    const auto packet = mqtt::decode(**frame, mqtt::Version::v311);
    text += (packet ? support::packet_text(*packet) : support::error_text(packet.error()));
    bytes = bytes.subspan((*frame)->bytes.size());
  }
  return text.substr(0, 4 * most_bytes);
}

}  // namespace

std::string describe(base::Bytes bytes) {
  if (bytes.empty()) return "nothing";
  return hexadecimal(bytes) + "— " + words(bytes);
}

std::string describe(const Pattern& pattern) {
  std::string text;
  std::vector<std::uint8_t> filled;  // ids as 1, so that the packet can be put into words
  for (const Piece& piece : pattern) {
    text += piece.id.empty() ? hexadecimal(piece.bytes) : "<" + piece.id + "> ";
    const std::vector<std::uint8_t> bytes = piece.id.empty() ? piece.bytes : std::vector<std::uint8_t>{0, 1};
    filled.insert(filled.end(), bytes.begin(), bytes.end());
  }
  return text + "— " + words(filled);
}

}  // namespace conformance
