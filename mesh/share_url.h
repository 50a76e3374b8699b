// SPDX-License-Identifier: Apache-2.0
// The URL or QR code by which the apps share channels: a ChannelSet in base64 behind the '#'. Pure functions;
// a URL contains keys, so never log one.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/expected.h"
#include "mesh/channel_key.h"

namespace mesh {

/// One channel as the apps share it, its name and key made up as a device does it.
struct SharedChannel {
  std::string name;         // never empty: a nameless channel has the name of the modem preset
  Key key;                  // of a secondary channel without a psk: the primary's
  std::uint32_t index = 0;  // its place in the URL; a node that adds it may have another
};

/// What a device has room for.
constexpr std::size_t max_shared_channels = 8;
constexpr std::size_t max_share_url_bytes = 2048;

/// Whether the text is meant as a URL, as against a channel's name.
bool is_url(std::string_view text);

/// https://meshtastic.org/e/#…, also /e/?add=true#…, the older /d/, /c/ and www., and /v/#… . The error is a
/// literal to put behind "the share URL", which does not quote it.
base::Expected<std::vector<SharedChannel>, std::string_view> read_share_url(std::string_view url);

}  // namespace mesh
