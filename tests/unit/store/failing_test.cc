// SPDX-License-Identifier: Apache-2.0
// A file system that fails under the store: what it says is kept is kept, and the rest is as soon as it can.
#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/unit/store/failing_vfs.h"
#include "tests/unit/store/store_fixture.h"

using store_test::FailingVfs;
using store_test::Fault;
using store_test::message;
using store_test::Stores;
using store_test::TemporaryDirectory;
using Lines = std::vector<std::string>;

namespace fs = std::filesystem;

namespace {

/// A store over the failing file system, with one session; batch n queues message n.
struct Failing {
  TemporaryDirectory directory;
  FailingVfs vfs{directory.path().string()};
  Stores stores{directory.path().string()};

  void start(store::Durability durability = store::Durability::process) {
    stores.durability = durability;
    stores.open();
    stores.writer().start_session(1, "c");
    stores.commit();
  }
  core::Sequence post() {
    const core::Sequence sequence = stores.writer().sequence();
    stores.writer().queue(1, {.number = sequence}, message("t", std::string(600, 'x')));
    stores.writer().post();
    return sequence;
  }
  /// How many batches a start finds after a kill at this moment. They are the first ones, each whole.
  core::Sequence found_after_kill() {
    const TemporaryDirectory killed;
    fs::copy(directory.path(), killed.path(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    Stores again(killed.path().string());
    again.open();
    REQUIRE(again.restored().sessions.size() == 1);
    core::Sequence last = 1;
    for (const auto& each : again.restored().sessions[0].messages) CHECK(each.entry.number == ++last);
    return last;
  }
};

struct Case {
  const char* name;
  Fault fault;
  store::Durability durability = store::Durability::process;
};

const Case cases[] = {
    {"no space", {.write = SQLITE_FULL}},
    {"no space in the middle of a write", {.write = SQLITE_FULL, .is_tearing = true}},
    {"writes fail", {.write = SQLITE_IOERR_WRITE}},
    {"writes fail in the middle", {.write = SQLITE_IOERR_WRITE, .is_tearing = true}},
    {"fsync fails", {.sync = SQLITE_IOERR_FSYNC}, store::Durability::power},
    {"writes fail, with fsync", {.write = SQLITE_IOERR_WRITE, .is_tearing = true}, store::Durability::power},
};

}  // namespace

TEST_CASE_METHOD(Failing, "nothing is kept while the disk fails, and all of it in order afterwards") {
  const Case& each = GENERATE(from_range(std::begin(cases), std::end(cases)));
  INFO(each.name);
  start(each.durability);
  const core::Sequence before = stores.kept();
  vfs.begin(each.fault);
  post();
  REQUIRE(vfs.wait_for_failures(1));
  for (int i = 0; i < 5; ++i) post();
  CHECK(stores.wait_until_said("journal_failing"));
  CHECK(stores.store().trouble());
  REQUIRE(vfs.wait_for_failures(3));
  CHECK(stores.kept() == before);
  CHECK(found_after_kill() >= before);
  vfs.end();
  const core::Sequence last = post();
  REQUIRE(stores.wait_until_kept(0, last));
  CHECK(stores.wait_until_said("journal_recovered"));
  CHECK(found_after_kill() == last);
  CHECK_FALSE(stores.store().trouble());
  CHECK(stores.store().unkept_bytes() == 0);
  CHECK(stores.said_count("journal_failing") == 1);
  CHECK(stores.said_count("journal_recovered") == 1);
  stores.reopened();
  CHECK(stores.restored().sessions.at(0).messages.size() == last - 1);
}

TEST_CASE_METHOD(Failing, "whichever call fails first, what was said to be kept is there after a kill") {
  const Case& each = GENERATE(from_range(std::begin(cases), std::end(cases)));
  const std::uint64_t after = GENERATE(1U, 2U, 3U, 6U, 20U);
  INFO(each.name << " after " << after);
  start(each.durability);
  Fault fault = each.fault;
  fault.after = after;
  vfs.begin(fault);
  core::Sequence last = 0;
  do {
    last = post();
  } while (!stores.wait_until_kept_or_said(last, "journal_failing"));
  REQUIRE(vfs.wait_for_failures(1));
  for (int i = 0; i < 3; ++i) last = post();
  const core::Sequence kept = stores.kept();
  CHECK(kept < last);
  CHECK(found_after_kill() >= kept);
  vfs.end();
  REQUIRE(stores.wait_until_kept(0, last));
  CHECK(stores.wait_until_said("journal_recovered"));
  CHECK(found_after_kill() == last);
}

TEST_CASE_METHOD(Failing, "a database that cannot grow costs nothing as long as the log can") {
  start();
  vfs.begin({.write = SQLITE_FULL, .files = SQLITE_OPEN_MAIN_DB});
  core::Sequence last = 0;
  // Beyond where the log goes into the database.
  while (fs::file_size(directory.path("meshbroker.db-wal")) < std::uintmax_t{2500} * 4096) {
    for (int i = 0; i < 200; ++i) last = post();
    REQUIRE(stores.wait_until_kept(0, last));
  }
  REQUIRE(vfs.wait_for_failures(1));
  CHECK(found_after_kill() == last);
  vfs.end();
  last = post();
  REQUIRE(stores.wait_until_kept(0, last));
  CHECK(stores.said().empty());
  stores.reopened();
  CHECK(stores.restored().sessions.at(0).messages.size() == last - 1);
}

TEST_CASE_METHOD(Failing, "what cannot be committed when the store stops is said to be lost") {
  start();
  post();
  REQUIRE(stores.wait_until_kept(0, 2));
  vfs.begin({.write = SQLITE_FULL});
  const core::Sequence last = post();
  REQUIRE(vfs.wait_for_failures(1));
  stores.close();
  CHECK(stores.said_count("journal_lost") == 1);
  CHECK(stores.kept() < last);
  vfs.end();
  stores.open();
  CHECK(stores.restored().sessions.at(0).messages.size() == 1);
}
