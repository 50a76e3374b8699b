// SPDX-License-Identifier: Apache-2.0
#include "tests/structure/rules.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace structure {
namespace {

constexpr std::size_t max_function_lines = 60;
constexpr std::size_t max_file_lines = 500;
constexpr std::size_t max_line_width = 120;  // characters, not bytes
constexpr std::string_view licence_line = "// SPDX-License-Identifier: Apache-2.0";

std::string problem(const Source& source, std::size_t line, std::string_view what) {
  return source.path + ":" + std::to_string(line) + ": " + std::string{what};
}

std::size_t width_of(std::string_view line) {
  const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::ranges::count_if(line, starts_character));
}

/// The code that follows a word, without leading spaces.
std::string_view after(const Source& source, const Word& word) {
  const std::string_view rest = std::string_view{source.code}.substr(word.begin + word.text.size());
  return rest.substr(std::min(rest.find_first_not_of(" \n"), rest.size()));
}

std::string_view before(const Source& source, const Word& word) {
  const std::string_view rest = std::string_view{source.code}.substr(0, word.begin);
  return rest.substr(0, rest.find_last_not_of(" \n") + 1);
}

/// A rule that can be decided word by word. `judge` answers with what is wrong, or nothing.
template <class Judge>
Problems for_each_word(const Tree& tree, Judge judge) {
  Problems problems;
  for (const Source& source : tree.sources) {
    for (const Word& word : words_of(source.code)) {
      const std::string_view wrong = judge(source, word);
      if (!wrong.empty()) problems.push_back(problem(source, line_at(source.code, word.begin), wrong));
    }
  }
  return problems;
}

bool is_any_of(std::string_view word, const auto& words) {
  return std::ranges::find(words, word) != words.end();
}

bool reads_clock(const Source& source, const Word& word) {
  constexpr std::array<std::string_view, 4> c_functions = {"clock_gettime", "gettimeofday", "timespec_get",
                                                           "uv_now"};
  const bool is_static_now = word.text == "now" && before(source, word).ends_with("::");
  return after(source, word).starts_with('(') && (is_static_now || is_any_of(word.text, c_functions));
}

bool compares(std::string_view text) { return text.starts_with("==") || text.starts_with("!="); }

/// `version == …`, `… == Version::…` and `case Version::…`.
bool asks_version(const Source& source, const Word& word) {
  if (word.text == "version" || word.text == "version_") return compares(after(source, word));
  if (word.text != "Version" || !after(source, word).starts_with("::")) return false;
  std::string_view left = before(source, word);
  constexpr std::string_view space = "mqtt::";
  if (left.ends_with(space)) left.remove_suffix(space.size());
  left = left.substr(0, left.find_last_not_of(" \n") + 1);
  return left.ends_with("==") || left.ends_with("!=") || left.ends_with("case");
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view folder_of(std::string_view path) {
  return path.substr(0, std::min(path.rfind('/'), path.size()));
}

/// "config_fuzz.cc" may stand in a list as it is or, where a function makes the name, as "config".
bool lists(const BuildFile& file, std::string_view source) {
  const std::string_view name = name_of(source);
  const bool is_above = file.path.find('/') == std::string::npos || is_within(source, folder_of(file.path));
  if (!is_above) return false;
  const std::string_view stem = name.substr(0, std::min(name.find("_fuzz.cc"), name.size()));
  return file.text.find(name) != std::string::npos || file.text.find(stem) != std::string::npos;
}

}  // namespace

Problems breaches_of_arrows(const Tree& tree) {
  Problems problems;
  for (const std::string& line : tree.arrows.mistakes) problems.push_back("arrows.txt: not a row: " + line);
  for (const Source& source : tree.sources) {
    for (const Include& include : includes_of(source)) {
      const std::string wrong = judge_include(tree.arrows, source.path, include);
      if (!wrong.empty()) problems.push_back(problem(source, include.line, wrong));
    }
  }
  return problems;
}

Problems overlong_functions(const Tree& tree) {
  Problems problems;
  for (const Source& source : tree.sources) {
    for (const Function& function : functions_of(source)) {
      const std::size_t lines = function.last_line - function.first_line + 1;
      if (lines <= max_function_lines) continue;
      problems.push_back(
          problem(source, function.first_line, "function of " + std::to_string(lines) + " lines"));
    }
  }
  return problems;
}

Problems overlong_files(const Tree& tree) {
  Problems problems;
  for (const Source& source : tree.sources) {
    const std::size_t lines = lines_of(source.text).size();
    if (lines > max_file_lines) problems.push_back(problem(source, lines, "a file has at most 500 lines"));
  }
  return problems;
}

Problems overlong_lines(const Tree& tree) {
  Problems problems;
  for (const Source& source : tree.sources) {
    std::size_t number = 0;
    for (const std::string_view line : lines_of(source.text)) {
      ++number;
      if (width_of(line) > max_line_width)
        problems.push_back(problem(source, number, "longer than 120 characters"));
    }
  }
  return problems;
}

Problems forbidden_words(const Tree& tree) {
  constexpr std::array<std::string_view, 8> words = {"throw",     "dynamic_cast", "sleep",       "usleep",
                                                     "nanosleep", "sleep_for",    "sleep_until", "uv_sleep"};
  return for_each_word(tree, [&words](const Source& source, const Word& word) -> std::string_view {
    if (is_any_of(word.text, words)) return word.text;
    const bool opens_namespace = word.text == "using" && after(source, word).starts_with("namespace");
    return opens_namespace ? "using namespace" : "";
  });
}

Problems misplaced_catches(const Tree& tree) {
  return for_each_word(tree, [&tree](const Source& source, const Word& word) -> std::string_view {
    const bool is_catch = word.text == "catch" && after(source, word).starts_with('(');
    return is_catch && !is_permitted(tree.arrows, "catch", source.path)
               ? "catch, in a file arrows.txt does not name"
               : "";
  });
}

Problems misplaced_clocks(const Tree& tree) {
  return for_each_word(tree, [&tree](const Source& source, const Word& word) -> std::string_view {
    const bool is_wrong = reads_clock(source, word) && !is_permitted(tree.arrows, "clock", source.path);
    return is_wrong ? "reads a clock; time is an argument" : "";
  });
}

Problems misplaced_version_questions(const Tree& tree) {
  return for_each_word(tree, [&tree](const Source& source, const Word& word) -> std::string_view {
    const bool is_wrong = asks_version(source, word) && !is_permitted(tree.arrows, "version", source.path);
    return is_wrong ? "asks the protocol version outside broker/mqtt" : "";
  });
}

Problems reminders_left_behind(const Tree& tree) {
  constexpr std::array<std::string_view, 3> reminders = {"TODO", "FIXME", "XXX"};
  Problems problems;
  for (const Source& source : tree.sources) {
    for (const Word& word : words_of(source.remarks)) {
      if (is_any_of(word.text, reminders)) {
        problems.push_back(
            problem(source, line_at(source.remarks, word.begin), "a reminder belongs into an issue"));
      }
    }
  }
  return problems;
}

Problems missing_licence_lines(const Tree& tree) {
  Problems problems;
  for (const Source& source : tree.sources) {
    const std::vector<std::string_view> lines = lines_of(source.text);
    const bool is_there = !lines.empty() && lines.front() == licence_line;
    if (!is_there) problems.push_back(problem(source, 1, "the first line is the SPDX line"));
  }
  return problems;
}

Problems headers_nobody_includes(const Tree& tree) {
  std::set<std::string, std::less<>> included;
  for (const Source& source : tree.sources) {
    for (const Include& include : includes_of(source)) {
      if (include.name != source.path) included.insert(include.name);
    }
  }
  Problems problems;
  for (const Source& source : tree.sources) {
    const bool is_unused = source.path.ends_with(".h") && !included.contains(source.path);
    if (is_unused) problems.push_back(problem(source, 1, "nobody includes this header"));
  }
  return problems;
}

Problems sources_nobody_builds(const Tree& tree) {
  Problems problems;
  for (const Source& source : tree.sources) {
    if (!source.path.ends_with(".cc")) continue;
    const auto lists_it = [&source](const BuildFile& file) { return lists(file, source.path); };
    if (std::ranges::any_of(tree.build_files, lists_it)) continue;
    problems.push_back(
        problem(source, 1, "in no CMake list of its folder or one above: never built, never run"));
  }
  return problems;
}

}  // namespace structure
