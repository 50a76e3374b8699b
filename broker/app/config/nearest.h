// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace app {

/// The key or section that somebody who wrote `name` most likely meant, for the message. Both with `*` for a
/// number in a list.
std::string_view nearest_key(std::string_view name);

}  // namespace app
