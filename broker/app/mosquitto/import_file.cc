// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <system_error>

#include "broker/app/config/environment.h"
#include "broker/app/mosquitto/import.h"

namespace app::mosquitto {
namespace {

/// Says why it cannot be read.
std::optional<Source> read(const std::string& name) {
  auto text = read_file(name);
  if (text) return Source{name, *std::move(text)};
  std::cerr << text.error() << '\n';
  return std::nullopt;
}

/// Those that end with .conf, in the order of their names; nothing: it cannot be read.
std::optional<std::vector<std::string>> configurations_in(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  std::filesystem::directory_iterator entry(folder, error);
  while (!error && entry != std::filesystem::directory_iterator()) {
    if (entry->path().extension() == ".conf") names.push_back(entry->path().string());
    entry.increment(error);
  }
  if (error) return std::nullopt;
  std::sort(names.begin(), names.end());
  return names;
}

/// Says what it cannot read.
bool add_folder(std::vector<Source>& sources, const std::string& folder) {
  const auto names = configurations_in(folder);
  if (!names) std::cerr << folder << ": cannot be read\n";
  if (!names) return false;
  for (const std::string& name : *names) {
    const auto source = read(name);
    if (!source) return false;
    if (!includes(source->text).empty()) {
      std::cerr << name << ": its include_dir is not followed: put it into the first file\n";
    }
    sources.push_back(*source);
  }
  return true;
}

/// Cuts the next `lines` lines off the rest.
Source cut(Source& rest, std::size_t lines) {
  std::size_t end = 0;
  for (std::size_t line = 0; line < lines; ++line) {
    end = std::min(rest.text.find('\n', end), rest.text.size() - 1) + 1;
  }
  Source part{rest.name, rest.text.substr(0, end), rest.first_line};
  rest.text.erase(0, end);
  rest.first_line += lines;
  return part;
}

}  // namespace

int import_file(const std::string& file) {
  auto rest = read(file);
  if (!rest) return 1;
  // What is included stands where it is named: options after it speak of its last listener. An include_dir in
  // an included file is not followed, so that there is no way round in a circle.
  std::vector<Source> sources;
  for (const Include& include : includes(rest->text)) {
    sources.push_back(cut(*rest, include.line + 1 - rest->first_line));
    if (!add_folder(sources, include.folder)) return 1;
  }
  sources.push_back(*std::move(rest));
  const Imported imported = convert(sources);
  std::cout << imported.toml;
  for (const std::string& note : imported.notes) std::cerr << note << '\n';
  return imported.is_refused ? 2 : 0;
}

}  // namespace app::mosquitto
