// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// A source file as the rules of this folder look at it. Plain values; what outlives the Source is a copy.
namespace structure {

struct Source {
  std::string path;     // from the root of the tree, '/' between
  std::string text;     // as it is on disk
  std::string code;     // text with comments and literals blanked; offsets and lines stay
  std::string remarks;  // text with literals blanked: code and comments
};

struct Include {
  std::string name;
  bool is_quoted;  // "…": of this tree; <…>: from outside
  std::size_t line;
};

/// An identifier or keyword, and where in the code it begins.
struct Word {
  std::string_view text;
  std::size_t begin;
};

/// The lines of one function, from its head to its closing brace; lines count from 1.
struct Function {
  std::size_t first_line;
  std::size_t last_line;
};

Source make_source(std::string path, std::string text);

std::vector<std::string_view> lines_of(std::string_view text);
std::size_t line_at(std::string_view text, std::size_t offset);

std::vector<Include> includes_of(const Source& source);

/// Views into `code`.
std::vector<Word> words_of(std::string_view code);

/// Found by braces, not by a compiler: enough for code formatted by clang-format. Lambdas belong to their
/// function.
std::vector<Function> functions_of(const Source& source);

}  // namespace structure
