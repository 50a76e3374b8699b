// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mesh {

/// What devices number and people call by name.
enum class Enumeration : std::uint8_t {
  port,
  hardware_model,
  role,
  region,
  modem_preset,
  routing_error,
  store_forward_request,
  gpio_request,
  location_source,
  altitude_source,
  transport,
};

/// The devices' own name of a number (reference sections 2.6 to 2.9); empty when it has none. Constant
/// tables, any thread.
std::string_view enum_name(Enumeration of, std::uint32_t number);

}  // namespace mesh
