// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "broker/app/config/config.h"

namespace app {

/// A setting that two configurations have differently, lists by number: "mesh.channel.1.psk"; a list that has
/// become longer or shorter stands under its own name.
struct ConfigChange {
  std::string key;
  bool reloads = false;  // it holds at once; false: when the broker starts again
  friend bool operator==(const ConfigChange&, const ConfigChange&) = default;
};

/// In the order of the table of settings.
std::vector<ConfigChange> config_changes(const Config& before, const Config& after);

/// Whether `next` is the same door as `running`, so that the rest of its settings can change while it is
/// open.
[[nodiscard]] bool is_same_door(const Listener& running, const Listener& next);

/// `running` becomes what holds after a reload of `next`: the settings that reload are those of `next`,
/// but a listener's only where the one in its place is the same door.
void take_reloaded(Config& running, const Config& next);

}  // namespace app
