// SPDX-License-Identifier: Apache-2.0
// Every option of mosquitto.conf(5) of 2.0, and what becomes of it. Pure; any thread.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "broker/app/mosquitto/draft.h"

namespace app::mosquitto {

struct Option {
  std::string_view name;  // one that ends with '*' stands for all that begin so
  /// Nothing: the option has no counterpart, and `advice` says what to do. Empty: it was taken, else what is
  /// wrong with the value.
  std::string (*take)(Draft& draft, const Line& line, const Option& option) = nullptr;
  std::string_view key;     // of meshbroker; "" without counterpart
  std::string_view advice;  // what the operator must know; "" = it was said with `connection`
};

std::span<const Option> options();

/// Or null.
const Option* find_option(std::string_view name);

}  // namespace app::mosquitto
