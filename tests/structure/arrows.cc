// SPDX-License-Identifier: Apache-2.0
#include "tests/structure/arrows.h"

#include <algorithm>
#include <sstream>

namespace structure {
namespace {

constexpr std::string_view unit_tests = "tests/unit/";
constexpr std::string_view test_suffix = "_test.cc";

std::vector<std::string> split(std::string_view text) {
  std::istringstream stream{std::string{text}};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void parse_row(Arrows& arrows, std::string_view line) {
  constexpr std::string_view arrow = "->";
  const std::size_t middle = line.find(arrow);
  if (middle == std::string_view::npos) return arrows.mistakes.emplace_back(line), void();
  const std::vector<std::string> subject = split(line.substr(0, middle));
  const std::string_view right = line.substr(middle + arrow.size());
  const std::size_t bar = right.find('|');
  if (subject.size() == 2 && subject[0] == "only" && bar == std::string_view::npos) {
    append(arrows.only[subject[1]], split(right));
  } else if (subject.size() == 1 && bar != std::string_view::npos) {
    arrows.rows[subject[0]] = {split(right.substr(0, bar)), split(right.substr(bar + 1))};
  } else {
    arrows.mistakes.emplace_back(line);
  }
}

std::string parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string{slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash)};
}

/// The file of the tree that a unit test mirrors: tests/unit/mqtt/x_test.cc -> broker/mqtt/x.cc.
std::string mirrored_by(const Arrows& arrows, std::string_view test) {
  std::string path{test.substr(unit_tests.size())};
  if (path.ends_with(test_suffix)) path.replace(path.size() - test_suffix.size(), test_suffix.size(), ".cc");
  const std::string folder = "broker/" + path.substr(0, path.find('/'));
  return arrows.rows.contains(folder) ? "broker/" + path : path;
}

bool add_row(const Arrows& arrows, std::string_view place, Rights& rights) {
  const auto row = arrows.rows.find(place);
  if (row == arrows.rows.end()) return false;
  append(rights.own, row->second.own);
  append(rights.outside, row->second.outside);
  return true;
}

/// The row of the file itself and that of its nearest folder, which may also include itself.
Rights rights_of(const Arrows& arrows, std::string_view path) {
  Rights rights;
  if (path.starts_with(unit_tests)) rights = rights_of(arrows, mirrored_by(arrows, path));
  add_row(arrows, path, rights);
  std::string folder = parent_of(path);
  while (!folder.empty() && !add_row(arrows, folder, rights)) folder = parent_of(folder);
  if (!folder.empty()) rights.own.push_back(folder);
  return rights;
}

bool is_standard(std::string_view header) { return header.find_first_of("./") == std::string_view::npos; }

bool matches_outside(std::string_view header, std::string_view entry) {
  return entry == "*" || header == entry || (entry.ends_with('/') && header.starts_with(entry));
}

bool matches_own(std::string_view header, std::string_view entry) {
  return entry == "*" || is_within(header, entry);
}

}  // namespace

Arrows parse_arrows(std::string_view text) {
  Arrows arrows;
  for (const std::string_view line : lines_of(text)) {
    if (!line.empty() && !line.starts_with('#')) parse_row(arrows, line);
  }
  return arrows;
}

bool is_within(std::string_view path, std::string_view place) {
  return path.starts_with(place) && (path.size() == place.size() || path[place.size()] == '/');
}

bool is_permitted(const Arrows& arrows, std::string_view what, std::string_view path) {
  const auto row = arrows.only.find(what);
  if (row == arrows.only.end()) return true;
  return std::ranges::any_of(row->second,
                             [path](const std::string& place) { return is_within(path, place); });
}

std::string judge_include(const Arrows& arrows, std::string_view path, const Include& include) {
  const Rights rights = rights_of(arrows, path);
  const auto holds = [&include](const auto& entries, auto matches) {
    return std::ranges::any_of(entries,
                               [&](const std::string& entry) { return matches(include.name, entry); });
  };
  if (include.is_quoted) {
    if (holds(rights.own, matches_own)) return {};
    return "may not include \"" + include.name + "\" (a full path from the root, allowed by arrows.txt)";
  }
  const std::string angled = "<" + include.name + ">";
  if (!is_permitted(arrows, angled, path))
    return "may not include " + angled + " (an `only` row of arrows.txt)";
  if (is_standard(include.name) || holds(rights.outside, matches_outside)) return {};
  return "may not include " + angled + " (arrows.txt)";
}

}  // namespace structure
