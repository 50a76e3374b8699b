// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/vector_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

namespace conformance {
namespace {

const std::filesystem::path folder = VECTORS_FOLDER;
constexpr std::string_view statements_name = "statements.txt";

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  INFO(path);
  REQUIRE(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<Case> read_cases() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() == ".txt" && path.filename() != statements_name) paths.push_back(path);
  }
  std::ranges::sort(paths);
  std::vector<Case> cases;
  for (const std::filesystem::path& path : paths) {
    const auto parsed = parse_vectors(read(path), path.filename().string());
    if (!parsed) FAIL(parsed.error());
    cases.insert(cases.end(), parsed->begin(), parsed->end());
  }
  return cases;
}

std::vector<Statement> read_statements() {
  const auto parsed = parse_statements(read(folder / statements_name), std::string(statements_name));
  if (!parsed) FAIL(parsed.error());
  return *parsed;
}

}  // namespace

const std::vector<Case>& all_cases() {
  static const std::vector<Case> cases = read_cases();
  return cases;
}

const std::vector<Statement>& all_statements() {
  static const std::vector<Statement> statements = read_statements();
  return statements;
}

}  // namespace conformance
