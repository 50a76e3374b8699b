// SPDX-License-Identifier: Apache-2.0
// The image is built where the suite does not run. What can be held together without an engine: everything
// that docker/Dockerfile copies is in the tree and let through by .dockerignore.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

namespace {

constexpr std::string_view source_folder = "/src/";  // WORKDIR of the stage that builds
constexpr std::string_view build_folder = "build/";

std::string read(const std::string& path) {
  std::ifstream stream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

/// What COPY lines take from the tree, by its path there; products of the build are not of the tree.
std::vector<std::string> copied_by(const std::string& dockerfile) {
  std::vector<std::string> copied;
  std::istringstream lines(dockerfile);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word, source;
    if (!(words >> word >> source) || word != "COPY") continue;
    if (source.starts_with("--from=")) {
      words >> source;
      if (!source.starts_with(source_folder)) continue;
      source.erase(0, source_folder.size());
    }
    if (source != "." && !source.starts_with(build_folder)) copied.push_back(source);
  }
  return copied;
}

/// Whether a .dockerignore that begins with "*" has an exception for it, or for a folder that it is in.
bool lets_through(const std::string& ignore, const std::string& path) {
  std::istringstream lines(ignore);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('!')) continue;
    const std::string exception = line.substr(1);
    if (path == exception || path.starts_with(exception + "/")) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("COPY lines are read as the engine reads them") {
  CHECK(copied_by("FROM a\nCOPY dev ./\nCOPY . .\nCOPY --from=build /src/conf/a.toml /etc/\n"
                  "COPY --from=build /src/build/x /usr/\nRUN COPY no\n") ==
        std::vector<std::string>{"dev", "conf/a.toml"});
  CHECK(lets_through("*\n!conf\n", "conf/a.toml"));
  CHECK_FALSE(lets_through("*\n!conf\n", "confuse/a.toml"));
}

TEST_CASE("what the Dockerfile copies is in the tree, and reaches the engine") {
  const std::string ignore = read(SOURCE_ROOT "/.dockerignore");
  const std::vector<std::string> copied = copied_by(read(SOURCE_ROOT "/docker/Dockerfile"));
  CHECK(copied.size() >= 3);
  for (const std::string& path : copied) {
    INFO(path);
    CHECK(std::filesystem::exists(SOURCE_ROOT "/" + path));
    CHECK(lets_through(ignore, path));
  }
}
