// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/expected.h"
#include "mesh/channel_key.h"
#include "mesh/mesh_config.h"

namespace mesh {

/// One key to try on packets of the channel `name`.
struct Channel {
  std::string name;
  Key key;
  std::uint8_t hash = 0;    // what an encrypted packet carries as its `channel`
  std::uint32_t index = 0;  // what JSON consumers see instead
  bool json = true;
  bool is_preset = false;  // the well-known key on a preset's name, which nobody configured
};

/// Why no keyring can be made: the position in MeshConfig::channels, and what is wrong with that PSK.
struct KeyringProblem {
  std::size_t channel = 0;
  std::string_view what;
};

/// Channel name -> keys to try. Immutable once opened, so any thread may read it.
class Keyring {
 public:
  static base::Expected<Keyring, KeyringProblem> open(const MeshConfig& config);

  /// The keys of that name in the order of the configuration, the well-known key last. Empty: none is known.
  std::span<const Channel> named(std::string_view name) const;
  /// False when a configured channel of that name says json = false.
  bool json_allowed(std::string_view name) const;
  /// Every key, grouped by name; a key's position in here is its number for Cipher.
  std::span<const Channel> channels() const { return channels_; }

 private:
  std::vector<Channel> channels_;  // sorted by name, stable
};

}  // namespace mesh
