// SPDX-License-Identifier: Apache-2.0
// A share URL, or a name and a psk, from anybody: what is taken fits a device, and no description has a
// control character or, unasked, a key.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "broker/base/bytes.h"
#include "broker/base/check.h"
#include "mesh/channel_text.h"
#include "mesh/share_url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text(base::Bytes(data, size));
  for (const std::string& url : {std::string(text), "https://meshtastic.org/e/#" + std::string(text)}) {
    const auto channels = mesh::read_share_url(url);
    if (!channels) continue;
    CHECK(!channels->empty() && channels->size() <= mesh::max_shared_channels);
    for (const mesh::SharedChannel& channel : *channels) {
      CHECK(!channel.name.empty() && channel.name.size() <= 11);
      CHECK(channel.key.size == 0 || channel.key.size == 16 || channel.key.size == 32);
    }
    const auto lines = mesh::describe_channels(url, mesh::KeyBytes::hidden);
    CHECK(lines && lines->size() == channels->size());
  }
  const auto lines = mesh::describe_channels(text, mesh::KeyBytes::hidden);
  if (!lines) return 0;
  for (const std::string& line : *lines) {
    CHECK(std::ranges::none_of(line, [](char c) { return c >= 0 && c < ' '; }));
    CHECK(line.find(", psk ") == std::string::npos || text.find(", psk ") != std::string_view::npos);
  }
  return 0;
}
