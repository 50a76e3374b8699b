// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace app {

/// What a reload has done: with problems nothing. Names of settings, files and users; no secrets.
struct ReloadReport {
  std::vector<std::string> problems;
  std::vector<std::string> changes;
  std::vector<std::string> needs_restart;  // is as before until then
};

}  // namespace app
