// SPDX-License-Identifier: Apache-2.0
// F35: a disk that is full, broken or read-only, and a crash in the middle of a write. Nothing is
// acknowledged that is not kept, the rest is served, and it goes on by itself when the fault is over.
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/durability/data_dir.h"
#include "tests/durability/drive.h"
#include "tests/durability/torture.h"
#include "tests/hostile/program.h"
#include "tests/support/socket_client.h"

namespace durability {
namespace {

constexpr int dies_in_a_write = 0;
/// So long the publisher is left without an acknowledgement. Longer than any retry of a store.
constexpr auto outage = std::chrono::milliseconds(800);

/// Exit code of a shell that writes into `folder` with the library preloaded.
int write_into(const std::filesystem::path& folder, const std::filesystem::path& flag,
               const std::string& watched) {
  const std::string command =
      "LD_PRELOAD=" MESHBROKER_FAILING_FILES " MESHBROKER_FAILING_FLAG=" + flag.string() +
      " MESHBROKER_FAILING_DIR=" + watched + " sh -c 'echo word > " + folder.string() + "/file' 2>&1";
  return std::system(command.c_str());
}

TEST_CASE("failing files: a write fails under the folder, while the flag is there, and only then") {
  const DataDir folder;
  const DataDir flag_dir;
  const std::filesystem::path flag = flag_dir.path() / "flag";
  const std::string watched = folder.path().string();
  CHECK(write_into(folder.path(), flag, watched) == 0);
  std::ofstream(flag) << ENOSPC;
  CHECK(write_into(folder.path(), flag, watched) != 0);
  CHECK(write_into(folder.path(), flag, "/elsewhere") == 0);
  std::ofstream(flag) << dies_in_a_write;
  CHECK(write_into(folder.path(), flag, watched) != 0);
  CHECK(std::filesystem::file_size(folder.path() / "file") == 2);
}

/// A broker whose files can be made to fail, a lasting session that is away, and one that publishes to it.
class FailingDisk {
 public:
  FailingDisk() {
    start();
    keeper.connect(program->port(), false, false);
    publisher.connect(program->port(), false, false);
    publisher.tolerate_close();
    REQUIRE(drive_until_connected({&keeper, &publisher}));
    keeper.subscribe("t/#", 2);
    REQUIRE(drive_until_settled({&keeper}));
    keeper.disconnect();
  }

  void start() {
    program.emplace(data_dir.settings(),
                    std::vector<std::string>{"LD_PRELOAD=" MESHBROKER_FAILING_FILES,
                                             "MESHBROKER_FAILING_FLAG=" + flag().string(),
                                             "MESHBROKER_FAILING_DIR=" + data_dir.path().string()});
    INFO(program->log());
    REQUIRE(program->port() != 0);
    REQUIRE(program->log().find("cannot be preloaded") == std::string::npos);
  }
  void fail_with(int fault) const { std::ofstream(flag()) << fault; }
  void mend() const { std::filesystem::remove(flag()); }
  std::filesystem::path flag() const { return flag_dir.path() / "flag"; }

  /// QoS 1 and 2 in turn.
  void publish(int count) {
    for (int i = 0; i < count; ++i) publisher.publish({.topic = "t/a", .qos = 1 + i % 2});
  }
  /// A policy may close the connections of those who publish what cannot be kept.
  bool settle() {
    if (!publisher.is_open()) publisher.connect(program->port(), false, false);
    return drive_until_settled({&publisher});
  }
  void kill_and_restart() {
    program->kill_now();
    publisher.hear_out();
    mend();
    start();
    keeper.connect(program->port(), false, false);
    publisher.connect(program->port(), false, false);
    REQUIRE(drive_until_connected({&keeper, &publisher}));
  }
  /// All that is owed has come, once.
  void judge() {
    CHECK(drive_until_settled({&keeper, &publisher}));
    drive_until(
        {&keeper}, [&] { return checker.owed().empty(); }, std::chrono::seconds(5));
    const std::vector<Fault> faults = checker.close();
    INFO(text_of(faults));
    CHECK(faults.empty());
    CHECK(checker.arrived_count() >= checker.acknowledged_count());
  }

  DataDir data_dir;
  DataDir flag_dir;
  std::optional<hostile::Program> program;
  Checker checker;
  Client keeper{0, checker};
  Client publisher{1, checker};
};

bool serves_clean_sessions(std::uint16_t port) {
  support::SocketClient reader(port);
  support::SocketClient writer(port);
  if (!reader.connect("clean-reader") || !writer.connect("clean-writer")) return false;
  reader.send("82 08 0001 0003 'c/d' 00");
  if (!reader.expect("90 03 0001 00")) return false;
  writer.send("30 07 0003 'c/d' 'hi'");
  return reader.expect("30 07 0003 'c/d' 'hi'");
}

TEST_CASE("F35: while the disk fails nothing is acknowledged that is not kept, and then all is") {
  const int fault = GENERATE(ENOSPC, EIO, EROFS);
  CAPTURE(fault);
  FailingDisk disk;
  disk.publish(4);
  REQUIRE(disk.settle());
  disk.fail_with(fault);
  disk.publish(10);
  drive_until(
      {&disk.publisher}, [&] { return disk.publisher.is_settled(); }, outage);
  CHECK(disk.program->is_running());
  CHECK(serves_clean_sessions(disk.program->port()));
  disk.mend();
  CHECK(disk.settle());
  disk.kill_and_restart();
  disk.judge();
}

TEST_CASE("F35: killed while the disk fails, the broker has lost nothing it acknowledged") {
  const int fault = GENERATE(ENOSPC, EIO, EROFS);
  CAPTURE(fault);
  FailingDisk disk;
  disk.publish(4);
  REQUIRE(disk.settle());
  disk.fail_with(fault);
  disk.publish(10);
  drive_until(
      {&disk.publisher}, [&] { return disk.publisher.is_settled(); }, outage);
  disk.kill_and_restart();
  disk.judge();
}

TEST_CASE("F35: a disk that fails acknowledges no QoS 1 message for an absent session") {
  FailingDisk disk;
  disk.fail_with(ENOSPC);
  const std::size_t before = disk.checker.acknowledged_count();
  disk.publish(2);
  drive_until(
      {&disk.publisher}, [&] { return disk.publisher.is_settled(); }, outage);
  CHECK(disk.checker.acknowledged_count() == before);
}

TEST_CASE("F35: a crash in the middle of a write loses nothing that was acknowledged") {
  FailingDisk disk;
  for (int crash = 0; crash < 5; ++crash) {
    disk.publish(6 + crash);
    REQUIRE(disk.settle());
    disk.fail_with(dies_in_a_write);
    disk.publish(6);
    // A broker that keeps something dies of it.
    REQUIRE(drive_until({&disk.publisher}, [&] { return !disk.program->is_running(); }));
    disk.keeper.drop();
    disk.kill_and_restart();
  }
  disk.judge();
}

}  // namespace
}  // namespace durability
