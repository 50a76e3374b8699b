// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/environment.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "broker/app/config/keys.h"
#include "broker/base/text.h"

namespace app {
namespace {

constexpr std::string_view prefix = "MESHBROKER_";
constexpr std::string_view separator = "__";
constexpr std::string_view file_suffix = "__FILE";

struct Variable {
  std::string_view name;
  std::string_view value;
};

std::optional<Variable> our_variable(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || !text.starts_with(prefix)) return std::nullopt;
  return Variable{text.substr(0, equals), text.substr(equals + 1)};
}

bool has_separator(std::string_view name) {
  return name.find(separator, prefix.size()) != std::string_view::npos;
}

/// MESHBROKER_MESH__CHANNEL__0__PSK is mesh.channel.0.psk.
std::string key_of(std::string_view name) {
  std::string key;
  for (std::string_view rest = name.substr(prefix.size()); !rest.empty();) {
    if (rest.starts_with(separator)) {
      key += '.';
      rest.remove_prefix(separator.size());
      continue;
    }
    const char c = rest.front();
    key += base::lower_case(c);
    rest.remove_prefix(1);
  }
  return key;
}

/// MESHBROKER_MESH_ROOTS: meant for us, but nobody could say where its section ends.
bool begins_with_section(std::string_view name) {
  const std::string key = key_of(name);
  const std::string_view section = std::string_view(key).substr(0, key.find('_'));
  const auto keys = config_keys();
  return section.size() < key.size() &&
         std::any_of(keys.begin(), keys.end(), [section](const ConfigKey& known) {
           return known.name.substr(0, known.name.find('.')) == section;
         });
}

/// The number of the list's element in a key; 0 without one.
std::uint64_t element_number(std::string_view key) {
  std::uint64_t number = 0;
  const std::size_t digit = key.find_first_of("0123456789");
  if (digit != std::string_view::npos) std::from_chars(key.data() + digit, key.data() + key.size(), number);
  return number;
}

std::string where_of(const Variable& variable) { return fmt::format("environment {}", variable.name); }

std::string without_last_line_break(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

void add_from_file(const Variable& variable, EnvironmentSettings& settings) {
  auto content = read_file(std::string(variable.value));
  if (!content) {
    settings.problems.push_back(
        {where_of(variable), fmt::format("{}; name a file that holds the value", content.error())});
    return;
  }
  const std::string_view name = variable.name.substr(0, variable.name.size() - file_suffix.size());
  settings.overrides.push_back(
      {where_of(variable), key_of(name), without_last_line_break(*std::move(content))});
}

void add(const Variable& variable, EnvironmentSettings& settings) {
  if (!has_separator(variable.name)) {
    if (!begins_with_section(variable.name)) return;
    settings.problems.push_back({where_of(variable), "must have two underscores between section and key"});
  } else if (variable.name.ends_with(file_suffix)) {
    add_from_file(variable, settings);
  } else {
    settings.overrides.push_back({where_of(variable), key_of(variable.name), std::string(variable.value)});
  }
}

}  // namespace

base::Expected<std::string, std::string> read_file(const std::string& path) {
  const auto reason = [&path](int error) {
    return base::make_unexpected(
        fmt::format("cannot read {}: {}", path, std::generic_category().message(error)));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  if (!file) return reason(errno);
  std::string content;
  char piece[4096];
  while (const std::size_t length = std::fread(piece, 1, sizeof piece, file.get())) {
    content.append(piece, length);
    if (content.size() > max_file_bytes) return reason(EFBIG);
  }
  if (std::ferror(file.get()) != 0) return reason(errno);
  return content;
}

EnvironmentSettings environment_settings(const std::vector<std::string>& environment) {
  EnvironmentSettings settings;
  for (const std::string& text : environment) {
    if (const auto variable = our_variable(text)) add(*variable, settings);
  }
  std::stable_sort(
      settings.overrides.begin(), settings.overrides.end(),
      [](const Override& a, const Override& b) { return element_number(a.key) < element_number(b.key); });
  std::set<std::string> given;
  for (const Override& setting : settings.overrides) {
    if (given.insert(setting.key).second) continue;
    settings.problems.push_back({setting.where, "must be set either as it is or with __FILE, not both"});
  }
  return settings;
}

}  // namespace app
