// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/nearest.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include "broker/app/config/keys.h"

namespace app {
namespace {

/// Longer names are not looked at to their end: the work grows with the product of both lengths.
constexpr std::size_t max_compared = 64;

/// Levenshtein's distance: the fewest insertions, deletions and replacements of one character.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

std::string_view last_part(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

/// The right key in the wrong section is one slip too.
std::size_t distance(std::string_view written, std::string_view known) {
  const std::size_t whole = edit_distance(written, known);
  return last_part(written) == last_part(known) ? std::min<std::size_t>(whole, 1) : whole;
}

}  // namespace

std::string_view nearest_key(std::string_view name) {
  const std::string_view written = name.substr(0, max_compared);
  std::string_view nearest;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  const auto consider = [&](std::string_view known) {
    const std::size_t here = distance(written, known);
    if (here >= least || known.ends_with('*')) return;
    least = here;
    nearest = known;
  };
  for (const ConfigKey& key : config_keys()) {
    // The sections that lead to a key are known names too.
    for (std::size_t dot = key.name.find('.'); dot != std::string_view::npos;
         dot = key.name.find('.', dot + 1)) {
      consider(key.name.substr(0, dot));
    }
    consider(key.name);
  }
  return nearest;
}

}  // namespace app
