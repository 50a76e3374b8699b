// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "broker/app/config/file.h"
#include "broker/app/config/text.h"

namespace app {

/// Everything that is wrong with what a configuration names: certificates, users, rules, keys, the log's
/// folder. Each with the line that names it, or with the line of the file it is about. Reads files and
/// changes nothing. Before anything starts, and before a reload; main's thread.
[[nodiscard]] std::vector<Problem> inspect(const LoadedConfig& loaded);

}  // namespace app
