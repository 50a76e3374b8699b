// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace mesh {

/// What a modem preset without a name is called by the devices.
inline constexpr std::string_view no_preset_name = "Invalid";

/// The name that devices give a channel without one, by the number of the modem preset (reference
/// section 2.9).
inline constexpr std::array<std::string_view, 17> preset_names = {
    "LongFast",   "LongSlow",   no_preset_name, "MediumSlow", "MediumFast",  "ShortSlow",
    "ShortFast",  "LongMod",    "ShortTurbo",   "LongTurbo",  "LiteFast",    "LiteSlow",
    "NarrowFast", "NarrowSlow", "TinyFast",     "TinySlow",   "MediumTurbo",
};

constexpr std::string_view preset_name(std::uint32_t preset) {
  return preset < preset_names.size() ? preset_names[preset] : no_preset_name;
}

}  // namespace mesh
