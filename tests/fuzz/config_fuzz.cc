// SPDX-License-Identifier: Apache-2.0
// Any text as a configuration file: a Config that its own rules accept, or problems that all say a line. What
// follows a NUL is KEY=VALUE of one override.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/app/config/keys.h"
#include "broker/app/config/text.h"
#include "broker/base/bytes.h"
#include "broker/base/check.h"

namespace {

void check_line(const app::Problem& problem) {
  constexpr std::string_view file = "file:";
  CHECK(problem.where.starts_with(file));
  const char* const digits = problem.where.data() + file.size();
  const char* const end = problem.where.data() + problem.where.size();
  std::size_t line = 0;
  const auto [rest, error] = std::from_chars(digits, end, line);
  CHECK(error == std::errc{} && rest == end && line > 0 && !problem.what.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = base::as_text({data, size});
  const std::size_t nul = std::min(input.find('\0'), input.size());
  std::vector<app::Override> overrides;
  if (nul < input.size()) {
    const std::string_view setting = input.substr(nul + 1);
    const std::size_t equals = std::min(setting.find('='), setting.size());
    const std::size_t value = std::min(equals + 1, setting.size());
    overrides.push_back(
        {"file:1", std::string(setting.substr(0, equals)), std::string(setting.substr(value))});
  }
  const auto config = app::parse_config(input.substr(0, nul), "file", overrides);
  if (config) {
    CHECK(!config->listeners.empty());
    static_cast<void>(app::keys_without_effect(*config));
    return 0;
  }
  CHECK(!config.error().empty());
  for (const app::Problem& problem : config.error()) check_line(problem);
  return 0;
}
