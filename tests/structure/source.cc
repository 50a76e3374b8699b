// SPDX-License-Identifier: Apache-2.0
#include "tests/structure/source.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

namespace structure {
namespace {

constexpr char code_byte = 'c';
constexpr char comment_byte = '/';
constexpr char literal_byte = '"';

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// The identifier or number that ends just before `end`.
std::string_view word_before(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && (is_word_char(text[begin - 1]) || text[begin - 1] == '\'')) --begin;
  return text.substr(begin, end - begin);
}

/// `quote` stands at `begin`; one past the closing quote, or the end of the line when it never closes.
std::size_t end_of_quoted(std::string_view text, std::size_t begin) {
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == text[begin]) {
      return i + 1;
    } else if (text[i] == '\n') {
      return i;
    }
  }
  return text.size();
}

std::size_t end_after(std::string_view text, std::size_t from, std::string_view what) {
  const std::size_t found = text.find(what, from);
  return found == std::string_view::npos ? text.size() : found + what.size();
}

/// The quote of R"delimiter( stands at `begin`.
std::size_t end_of_raw(std::string_view text, std::size_t begin) {
  const std::size_t open = text.find('(', begin);
  if (open == std::string_view::npos) return text.size();
  const std::string closing = ")" + std::string{text.substr(begin + 1, open - begin - 1)} + "\"";
  return end_after(text, open, closing);
}

struct Stretch {
  char kind;
  std::size_t end;
};

/// What starts at `begin`: a comment, a literal, or one byte of code.
Stretch stretch_at(std::string_view text, std::size_t begin) {
  const std::string_view rest = text.substr(begin);
  if (rest.starts_with("//")) return {comment_byte, std::min(text.find('\n', begin), text.size())};
  if (rest.starts_with("/*")) return {comment_byte, end_after(text, begin + 2, "*/")};
  if (rest.front() != '"' && rest.front() != '\'') return {code_byte, begin + 1};
  const std::string_view before = word_before(text, begin);
  if (rest.front() == '"') {
    const bool is_raw =
        before == "R" || before == "u8R" || before == "LR" || before == "uR" || before == "UR";
    return {literal_byte, is_raw ? end_of_raw(text, begin) : end_of_quoted(text, begin)};
  }
  const bool separates_digits = !before.empty() && is_digit(before.front());
  if (separates_digits) return {code_byte, begin + 1};
  return {literal_byte, end_of_quoted(text, begin)};
}

/// One of the three kinds for every byte of the text.
std::string kinds_of(std::string_view text) {
  std::string kinds;
  while (kinds.size() < text.size()) {
    const Stretch stretch = stretch_at(text, kinds.size());
    kinds.resize(stretch.end, stretch.kind);
  }
  return kinds;
}

std::string blanked(std::string text, std::string_view kinds, std::string_view kept) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n' && kept.find(kinds[i]) == std::string_view::npos) text[i] = ' ';
  }
  return text;
}

/// Directives have braces of their own (macros), which belong to no function.
std::string without_directives(std::string code) {
  bool is_directive = false;
  for (std::size_t begin = 0; begin < code.size();) {
    const std::size_t end = std::min(code.find('\n', begin), code.size());
    const std::size_t first = code.find_first_not_of(" \t", begin);
    is_directive = is_directive || (first < end && code[first] == '#');
    const bool goes_on = end > begin && code[end - 1] == '\\';
    if (is_directive) std::fill(&code[begin], &code[end], ' ');
    is_directive = is_directive && goes_on;
    begin = end + 1;
  }
  return code;
}

/// `open` is the offset of a bracket; one past the bracket that closes it.
std::size_t end_of_group(std::string_view code, std::size_t open) {
  std::size_t depth = 0;
  for (std::size_t i = open; i < code.size(); ++i) {
    if (code[i] == '{' || code[i] == '(') ++depth;
    if ((code[i] == '}' || code[i] == ')') && --depth == 0) return i + 1;
  }
  return code.size();
}

bool has_word(std::string_view head, std::string_view wanted) {
  return std::ranges::any_of(words_of(head), [wanted](const Word& word) { return word.text == wanted; });
}

/// An '=' that is neither inside brackets nor part of an operator's name: the brace after it holds values.
bool is_initialiser(std::string_view head) {
  if (has_word(head, "operator")) return false;
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '(') i = end_of_group(head, i) - 1;
    if (i < head.size() && head[i] == '=') return true;
  }
  return false;
}

bool is_scope(std::string_view head) {
  constexpr std::array<std::string_view, 6> words = {"namespace", "class", "struct",
                                                     "union",     "enum",  "extern"};
  const bool names_scope =
      std::ranges::any_of(words, [head](std::string_view word) { return has_word(head, word); });
  return names_scope && head.find('(') == std::string_view::npos;
}

/// `head` is all that stands before a brace since the last statement. Braces that touch a name (`count_{0}`)
/// or stand in parentheses are values, and were skipped before.
bool is_function(std::string_view head) {
  return head.find('(') != std::string_view::npos && !is_initialiser(head);
}

std::size_t first_visible(std::string_view code, std::size_t from) {
  while (from < code.size() && is_space(code[from])) ++from;
  return from;
}

}  // namespace

Source make_source(std::string path, std::string text) {
  const std::string kinds = kinds_of(text);
  std::string code = blanked(text, kinds, {&code_byte, 1});
  std::string remarks = blanked(text, kinds, std::string{code_byte, comment_byte});
  return {std::move(path), std::move(text), std::move(code), std::move(remarks)};
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::size_t line_at(std::string_view text, std::size_t offset) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, offset), '\n'));
}

std::vector<Include> includes_of(const Source& source) {
  constexpr std::string_view directive = "include";
  std::vector<Include> includes;
  for (const Word& word : words_of(source.code)) {
    const std::string_view before = std::string_view{source.code}.substr(0, word.begin);
    const std::size_t hash = before.find_last_not_of(" \t");
    if (word.text != directive || hash == std::string_view::npos || before[hash] != '#') continue;
    const std::size_t open = source.text.find_first_of("\"<\n", word.begin);
    if (open == std::string::npos || source.text[open] == '\n') continue;
    const bool is_quoted = source.text[open] == '"';
    const std::size_t close = source.text.find(is_quoted ? '"' : '>', open + 1);
    if (close == std::string::npos) continue;
    includes.push_back(
        {source.text.substr(open + 1, close - open - 1), is_quoted, line_at(source.text, open)});
  }
  return includes;
}

std::vector<Word> words_of(std::string_view code) {
  std::vector<Word> words;
  for (std::size_t i = 0; i < code.size();) {
    std::size_t end = i;
    while (end < code.size() && is_word_char(code[end])) ++end;
    if (end > i && !is_digit(code[i])) words.push_back({code.substr(i, end - i), i});
    i = std::max(end, i + 1);
  }
  return words;
}

std::vector<Function> functions_of(const Source& source) {
  const std::string code = without_directives(source.code);
  std::vector<Function> functions;
  std::size_t head = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i] == ';' || code[i] == '}') head = i + 1;
    const bool is_value = code[i] == '{' && i > 0 && (is_word_char(code[i - 1]) || code[i - 1] == '>');
    if (code[i] == '(' || is_value) i = end_of_group(code, i) - 1;
    if (i >= code.size() || code[i] != '{') continue;
    const std::string_view before = std::string_view{code}.substr(head, i - head);
    if (!is_scope(before)) {
      const std::size_t end = end_of_group(code, i);
      if (is_function(before)) {
        functions.push_back({line_at(code, first_visible(code, head)), line_at(code, end - 1)});
      }
      i = end - 1;
    }
    head = i + 1;
  }
  return functions;
}

}  // namespace structure
