// SPDX-License-Identifier: Apache-2.0
#include "mesh/share_url.h"

#include <algorithm>
#include <array>

#include <proto/mesh.pb.h>

#include "mesh/modem_preset.h"
#include "mesh/utf8.h"

namespace mesh {
namespace {

constexpr std::size_t max_name_bytes = 11;
constexpr std::size_t max_psk_bytes = 32;

constexpr std::array<std::string_view, 2> schemes = {"https://", "http://"};
constexpr std::array<std::string_view, 2> hosts = {"meshtastic.org/", "www.meshtastic.org/"};

/// A URL's parts behind the host. The older apps put the query behind the fragment.
struct Parts {
  std::string_view path;
  std::string_view query;
  std::string_view fragment;
};

template <std::size_t size>
bool remove_any(const std::array<std::string_view, size>& prefixes, std::string_view& text) {
  for (const std::string_view prefix : prefixes) {
    if (!text.starts_with(prefix)) continue;
    text.remove_prefix(prefix.size());
    return true;
  }
  return false;
}

std::string_view cut_at(char separator, std::string_view& text) {
  const std::size_t at = std::min(text.find(separator), text.size());
  const std::string_view rest = text.substr(std::min(at + 1, text.size()));
  text = text.substr(0, at);
  return rest;
}

Parts parts_of(std::string_view rest) {
  Parts parts;
  parts.fragment = cut_at('#', rest);
  parts.query = cut_at('?', rest);
  const std::string_view late_query = cut_at('?', parts.fragment);
  if (parts.query.empty()) parts.query = late_query;
  parts.path = rest;
  return parts;
}

std::string_view default_name(const proto::ChannelSet& set) {
  if (!set.has_lora_config()) return preset_name(0);
  return set.lora_config().use_preset() ? preset_name(set.lora_config().modem_preset()) : "Custom";
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// What a device could not hold, or a topic not name.
bool is_acceptable(const proto::ChannelSettings& settings) {
  const std::string_view name = c_string(settings.name());
  return name.size() <= max_name_bytes && is_utf8(name) && settings.psk().size() <= max_psk_bytes;
}

base::Expected<std::vector<SharedChannel>, std::string_view> channels_of(const proto::ChannelSet& set,
                                                                         bool is_addition) {
  std::vector<SharedChannel> channels;
  if (set.settings().empty()) return base::make_unexpected("has no channel in it");
  if (static_cast<std::size_t>(set.settings_size()) > max_shared_channels)
    return base::make_unexpected("has more channels than the 8 of a device");
  for (const proto::ChannelSettings& settings : set.settings()) {
    if (!is_acceptable(settings))
      return base::make_unexpected("has a name longer than 11 bytes or a key longer than 32");
    const bool is_primary = channels.empty() && !is_addition;
    const bool borrows = settings.psk().empty() && !is_primary;
    if (borrows && is_addition)
      return base::make_unexpected(
          "adds a channel with the key of the node's own primary channel, which "
          "is not in it: share the whole set");
    const std::string_view name = c_string(settings.name());
    channels.push_back({std::string(name.empty() ? default_name(set) : name),
                        borrows ? channels[0].key : expand_psk(base::as_bytes(settings.psk())),
                        static_cast<std::uint32_t>(channels.size())});
  }
  return channels;
}

}  // namespace

bool is_url(std::string_view text) {
  return std::ranges::any_of(schemes, [text](std::string_view scheme) { return text.starts_with(scheme); });
}

base::Expected<std::vector<SharedChannel>, std::string_view> read_share_url(std::string_view url) {
  if (url.size() > max_share_url_bytes) return base::make_unexpected("is longer than 2048 bytes");
  if (!remove_any(schemes, url) || !remove_any(hosts, url))
    return base::make_unexpected("must begin with https://meshtastic.org/");
  const Parts parts = parts_of(url);
  if (parts.fragment.empty())
    return base::make_unexpected("has nothing behind the #: in a shell, put it in quotes");
  const auto bytes = parse_base64(parts.fragment);
  if (!bytes) return base::make_unexpected("is cut off or damaged: what follows the # is no base64");
  proto::ChannelSet set;
  const bool is_set = set.ParseFromArray(bytes->data(), static_cast<int>(bytes->size()));
  if (parts.path.starts_with("v/") && (!is_set || set.settings().empty()))
    return base::make_unexpected("shares a contact, not channels");
  if (!is_set)
    return base::make_unexpected("is cut off or damaged: what follows the # is no set of channels");
  return channels_of(set, parts.query.find("add=true") != std::string_view::npos);
}

}  // namespace mesh
