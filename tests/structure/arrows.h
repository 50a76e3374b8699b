// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/structure/source.h"

namespace structure {

/// What a folder or file may include: paths of this tree, and headers from outside.
struct Rights {
  std::vector<std::string> own;
  std::vector<std::string> outside;
};

/// The content of arrows.txt; its head explains the form. Read once, then a plain value.
struct Arrows {
  std::map<std::string, Rights, std::less<>> rows;
  std::map<std::string, std::vector<std::string>, std::less<>> only;  // what -> where it may stand
  std::vector<std::string> mistakes;                                  // lines that are no row
};

Arrows parse_arrows(std::string_view text);

/// Whether `path` is `place` or lies below it.
bool is_within(std::string_view path, std::string_view place);

/// Whether an `only` row of `what` names `path` or a folder above it.
bool is_permitted(const Arrows& arrows, std::string_view what, std::string_view path);

/// Empty when the include is allowed, else what is wrong with it.
std::string judge_include(const Arrows& arrows, std::string_view path, const Include& include);

}  // namespace structure
