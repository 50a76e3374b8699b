// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "tests/structure/arrows.h"
#include "tests/structure/source.h"

namespace structure {

/// A CMakeLists.txt or *.cmake file: where explicit file lists stand.
struct BuildFile {
  std::string path;
  std::string text;
};

/// Everything the rules look at.
struct Tree {
  Arrows arrows;
  std::vector<Source> sources;
  std::vector<BuildFile> build_files;
};

/// Each answers with one line per breach, "path:line: what is wrong"; nothing when the tree keeps the rule.
using Problems = std::vector<std::string>;

Problems breaches_of_arrows(const Tree& tree);
Problems overlong_functions(const Tree& tree);
Problems overlong_files(const Tree& tree);
Problems overlong_lines(const Tree& tree);
Problems forbidden_words(const Tree& tree);
Problems misplaced_catches(const Tree& tree);
Problems misplaced_clocks(const Tree& tree);
Problems misplaced_version_questions(const Tree& tree);
Problems reminders_left_behind(const Tree& tree);
Problems missing_licence_lines(const Tree& tree);
Problems headers_nobody_includes(const Tree& tree);
Problems sources_nobody_builds(const Tree& tree);

}  // namespace structure
