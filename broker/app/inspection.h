// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "broker/app/config/file.h"
#include "broker/app/config/text.h"

namespace app {

/// What is wrong with the files a configuration names: certificates, users, rules, keys; of each listener's
/// certificates the first fault. Each with the line that names it, or with the line of the file it is about.
/// Reads files and changes nothing. Before anything starts, and before a reload; main's thread.
[[nodiscard]] std::vector<Problem> inspect(const LoadedConfig& loaded);

/// What would keep the log's file from being opened. Who may write there is not asked: who checks is seldom
/// who serves. No matter of a reload: a file that cannot be opened anew stops nothing then.
[[nodiscard]] std::vector<Problem> log_problems(const LoadedConfig& loaded);

}  // namespace app
