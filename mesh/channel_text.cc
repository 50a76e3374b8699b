// SPDX-License-Identifier: Apache-2.0
#include "mesh/channel_text.h"

#include <array>
#include <optional>

#include <openssl/evp.h>

#include "mesh/channel_key.h"
#include "mesh/json_string.h"
#include "mesh/share_url.h"
#include "mesh/text_buffer.h"

namespace mesh {
namespace {

std::string quoted(std::string_view text) {
  TextBuffer out;
  append_string(text, out);
  return std::string(out.view());
}

std::string base64(base::Bytes bytes) {
  std::array<unsigned char, 48> text{};
  const int length = EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
  return {text.begin(), text.begin() + length};
}

/// The psk byte that makes this key; none: it is nobody else's.
std::optional<unsigned> public_number(const Key& key) {
  for (unsigned number = 1; number < 256; ++number) {
    if (expand_psk(std::array{static_cast<std::uint8_t>(number)}) == key) return number;
  }
  return std::nullopt;
}

std::string strength_of(const Key& key) {
  if (key.size == 0) return "no encryption";
  std::string text =
      "AES-" + std::to_string(8 * key.size) + ", key of " + std::to_string(key.size) + " bytes";
  const std::optional<unsigned> number = public_number(key);
  if (!number) return text;
  const std::string word = *number == 1 ? "\"default\"" : "\"simple" + std::to_string(*number - 1) + "\"";
  return text + ", which everybody knows (" + word + ")";
}

std::string line_of(std::string_view name, const Key& key, KeyBytes keys) {
  std::string line =
      quoted(name) + ": " + strength_of(key) + ", hash " + std::to_string(channel_hash(name, key));
  if (keys == KeyBytes::shown && key.size > 0) line += ", psk " + base64(key.view());
  return line;
}

}  // namespace

base::Expected<std::vector<std::string>, std::string> describe_channels(std::string_view text,
                                                                        KeyBytes keys) {
  std::vector<std::string> lines;
  if (is_url(text)) {
    const auto channels = read_share_url(text);
    if (!channels) return base::make_unexpected("the share URL " + std::string(channels.error()));
    for (const SharedChannel& channel : *channels)
      lines.push_back(std::to_string(channel.index) + " " + line_of(channel.name, channel.key, keys));
    return lines;
  }
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return base::make_unexpected(std::string("write a share URL or NAME=PSK, such as LongFast=AQ=="));
  const auto psk = parse_psk(text.substr(equals + 1));
  if (!psk) return base::make_unexpected("the psk " + std::string(psk.error()));
  lines.push_back(line_of(text.substr(0, equals), expand_psk(*psk), keys));
  return lines;
}

}  // namespace mesh
