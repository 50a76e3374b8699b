// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/gateways.h"

namespace mesh {

/// A connected gateway, as far as who sends to it must know.
struct Listener {
  std::string client_id;
  std::uint32_t number = 0;
  bool serves_itself = false;  // its own firmware takes JSON requests
};

/// Who listens, asked when something is to be sent. Any thread.
struct Listeners {
  std::function<std::vector<Listener>(std::string_view topic)> on;
  std::function<std::vector<Place>()> places;
};

}  // namespace mesh
