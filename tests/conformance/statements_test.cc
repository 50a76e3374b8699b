// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/statements.h"

#include <catch2/catch.hpp>

#include "tests/conformance/vector_files.h"

using conformance::Case;
using conformance::gaps;
using conformance::parse_statements;
using conformance::Statement;

namespace {

Case naming(const std::string& clause) {
  Case made;
  made.file = "f.txt";
  made.line = 3;
  made.clauses = {clause};
  return made;
}

std::vector<Statement> parsed(std::string_view text) {
  const auto statements = parse_statements(text, "s.txt");
  if (!statements) FAIL(statements.error());
  return *statements;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("all 141 statements are in the table, and none that binds a server lacks a case") {
  CHECK(conformance::all_statements().size() == 141);
  for (const std::string& gap : gaps(conformance::all_statements(), conformance::all_cases()))
    FAIL_CHECK(gap);
}

TEST_CASE("a statement that binds a server and has no case is a gap") {
  const auto statements =
      parsed("A-1 | server | does it\nA-2 | both | does it too\nA-3 | client | sends it\n");
  CHECK(gaps(statements, {}) == Lines{"A-1 has no case: does it", "A-2 has no case: does it too"});
  CHECK(gaps(statements, {naming("A-1"), naming("A-2")}).empty());
}

TEST_CASE("an excuse stands for a case, and not beside one") {
  const auto statements = parsed("A-1 | server | does it | not built yet\n");
  CHECK(gaps(statements, {}).empty());
  CHECK(gaps(statements, {naming("A-1")}) == Lines{"A-1 has a case and needs no excuse"});
}

TEST_CASE("a case that names what does not exist is a gap, a section is not looked up") {
  CHECK(gaps({}, {naming("A-9"), naming("section 9")}) == Lines{"f.txt:3: there is no statement A-9"});
}

TEST_CASE("a statement that stands twice is a gap") {
  CHECK(gaps(parsed("A-1 | client | a\nA-1 | client | b\n"), {}) == Lines{"A-1 stands twice"});
}

TEST_CASE("a line that is no row is an error with its place") {
  const auto fault = [](std::string_view text) { return parse_statements(text, "s.txt").error(); };
  CHECK(fault("# remark\n\nA-1 | nobody | x\n") == "s.txt:3: ID | server, client or both | sentence");
  CHECK(fault("A-1 | server\n") == "s.txt:1: ID | server, client or both | sentence");
}
