// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/statements.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace conformance {
namespace {

constexpr std::array<std::pair<std::string_view, Binds>, 3> binds_words = {
    {{"server", Binds::server}, {"client", Binds::client}, {"both", Binds::both}}};

/// Takes the next column off `line`, without spaces around it.
std::string take_column(std::string_view& line) {
  const std::size_t end = std::min(line.find('|'), line.size());
  std::string_view column = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  column.remove_prefix(std::min(column.find_first_not_of(' '), column.size()));
  return std::string(column.substr(0, column.find_last_not_of(' ') + 1));
}

std::string take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string line(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

base::Expected<std::vector<Statement>, std::string> parse_statements(std::string_view text,
                                                                     const std::string& file) {
  std::vector<Statement> statements;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string line = take_line(text);
    if (line.empty() || line.starts_with('#')) continue;
    std::string_view rest = line;
    Statement statement{.id = take_column(rest), .sentence = {}, .excuse = {}};
    const std::string word = take_column(rest);
    statement.sentence = take_column(rest);
    statement.excuse = take_column(rest);
    const auto binds = std::ranges::find(binds_words, word, &std::pair<std::string_view, Binds>::first);
    if (binds == binds_words.end() || statement.sentence.empty()) {
      return base::make_unexpected(file + ":" + std::to_string(number) +
                                   ": ID | server, client or both | sentence");
    }
    statement.binds = binds->second;
    statements.push_back(std::move(statement));
  }
  return statements;
}

std::vector<std::string> gaps(const std::vector<Statement>& statements, const std::vector<Case>& cases) {
  std::vector<std::string> found;
  std::set<std::string> known, shown;
  for (const Statement& statement : statements) {
    if (!known.insert(statement.id).second) found.push_back(statement.id + " stands twice");
  }
  for (const Case& made : cases) {
    for (const std::string& clause : made.clauses) {
      shown.insert(clause);
      if (clause.starts_with("section ") || known.contains(clause)) continue;
      found.push_back(made.file + ":" + std::to_string(made.line) + ": there is no statement " + clause);
    }
  }
  for (const Statement& statement : statements) {
    const bool is_shown = shown.contains(statement.id);
    const bool is_excused = !statement.excuse.empty();
    if (is_shown && is_excused) found.push_back(statement.id + " has a case and needs no excuse");
    if (statement.binds == Binds::client || is_shown || is_excused) continue;
    found.push_back(statement.id + " has no case: " + statement.sentence);
  }
  return found;
}

}  // namespace conformance
