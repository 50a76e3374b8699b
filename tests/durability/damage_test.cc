// SPDX-License-Identifier: Apache-2.0
// F25: bytes of the store are flipped, files are cut short. The broker starts whatever it finds, gives out
// nothing that was not published, says so when something is gone, and serves. MESHBROKER_SEED=N for one seed
// again, MESHBROKER_DAMAGES=N for more of them.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/durability/data_dir.h"
#include "tests/durability/drive.h"
#include "tests/durability/torture.h"
#include "tests/hostile/program.h"

namespace durability {
namespace {

namespace fs = std::filesystem;

constexpr int short_damages = 12;
constexpr int most_flips = 8;
constexpr int message_count = 40;
constexpr int retained_count = 10;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return otherwise;
  const std::string_view digits(text);
  std::uint64_t number = otherwise;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.file_size() > 0) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

/// A write-ahead log that ends early is an older store, and nothing tells it from one.
bool is_side_file(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with("-wal") || name.ends_with("-shm");
}

/// One change to one file, told in words.
struct Damage {
  fs::path file;
  std::string text;
};

Damage damage(const fs::path& folder, std::mt19937_64& random) {
  const std::vector<fs::path> files = files_in(folder);
  const fs::path& file = files[random() % files.size()];
  const std::uintmax_t size = fs::file_size(file);
  const std::string name = file.filename().string();
  if (random() % 4 == 0) {
    const std::uintmax_t left = random() % size;
    fs::resize_file(file, left);
    return {file, name + " cut to " + std::to_string(left)};
  }
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  std::string text = name + " flipped at";
  for (auto flips = 1 + random() % most_flips; flips > 0; --flips) {
    const auto at = static_cast<std::streamoff>(random() % size);
    const int byte = (stream.seekg(at), stream.get());
    stream.seekp(at).put(static_cast<char>(byte ^ 1 << random() % 8));
    text += " " + std::to_string(at);
  }
  return {file, text};
}

/// A store with a session that is away, messages for it, and retained ones.
struct Store {
  explicit Store(bool is_killed) {
    hostile::Program program(data_dir.settings());
    REQUIRE(program.port() != 0);
    Client reader(0, published);
    Client writer(1, published);
    reader.connect(program.port(), false, false);
    writer.connect(program.port(), true, false);
    REQUIRE(drive_until_connected({&reader, &writer}));
    reader.subscribe("t/#", 2);
    REQUIRE(drive_until_settled({&reader}));
    reader.disconnect();
    for (int i = 0; i < message_count; ++i) {
      writer.publish({.topic = "t/" + std::to_string(i % 4), .qos = 1 + i % 2});
    }
    for (int i = 0; i < retained_count; ++i) {
      writer.publish({.topic = "r/" + std::to_string(i), .is_retained = true});
    }
    REQUIRE(drive_until_settled({&writer}));
    writer.disconnect();
    if (!is_killed) CHECK(program.stop() == 0);
  }

  DataDir data_dir;
  Checker published;
};

/// Whether all that the store had is still there; nothing else may be.
bool has_all(const Store& store, std::uint16_t port) {
  Checker checker = store.published;
  const std::map<std::string, std::string> retained = retained_at(port);
  for (const auto& [topic, payload] : retained) {
    const auto name = name_in(payload);
    REQUIRE(name);
    // Retained message k followed the others.
    const auto number = static_cast<std::uint32_t>(message_count + 1 + std::atoi(topic.substr(2).c_str()));
    CHECK(payload == payload_of({.name = {1, number}, .topic = topic}));
  }
  Client reader(0, checker);
  reader.connect(port, false, false);
  CHECK(drive_until_connected({&reader}));
  drive_until(
      {&reader}, [&] { return checker.owed().empty(); }, std::chrono::milliseconds(300));
  const std::vector<Fault> faults = checker.close();
  for (const Fault& fault : faults) {
    const bool is_loss = fault.kind == FaultKind::lost || fault.kind == FaultKind::wrong_session;
    if (!is_loss) FAIL_CHECK(name_of(fault.kind) << ": " << fault.text);
  }
  return faults.empty() && retained.size() == retained_count;
}

bool serves(std::uint16_t port) {
  Checker checker;
  Client client(2, checker);
  client.connect(port, false, false);
  if (!drive_until_connected({&client})) return false;
  client.subscribe("s/#", 1);
  if (!drive_until_settled({&client})) return false;
  client.publish({.topic = "s/a"});
  return drive_until_settled({&client}) && drive_until({&client}, [&] { return checker.owed().empty(); });
}

void check_damage(const Store& store, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  DataDir damaged;
  fs::copy(store.data_dir.path(), damaged.path(),
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  const Damage what = damage(damaged.path(), random);
  INFO("seed " << seed << ": " << what.text);
  hostile::Program program(damaged.settings());
  INFO(program.log());
  REQUIRE(program.port() != 0);
  const bool is_whole = has_all(store, program.port());
  const std::string log = program.log();
  const bool is_told = log.find(" warn ") != std::string::npos || log.find(" error ") != std::string::npos;
  CHECK((is_whole || is_told || is_side_file(what.file)));
  CHECK(serves(program.port()));
  CHECK(program.stop() == 0);
}

void check_damages(bool is_killed) {
  const Store store(is_killed);
  REQUIRE_FALSE(files_in(store.data_dir.path()).empty());
  const std::uint64_t first = number_from("MESHBROKER_SEED", std::random_device{}());
  const std::uint64_t count = number_from("MESHBROKER_DAMAGES", short_damages);
  for (std::uint64_t seed = first; seed < first + count; ++seed) check_damage(store, seed);
}

TEST_CASE("F25: a damaged store of a broker that was stopped does not stop it") { check_damages(false); }

TEST_CASE("F25: a damaged store of a broker that was killed does not stop it") { check_damages(true); }

}  // namespace
}  // namespace durability
