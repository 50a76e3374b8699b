// SPDX-License-Identifier: Apache-2.0
// What a directory may be like when a store is opened in it.
#include <array>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "tests/unit/store/store_fixture.h"

using Catch::Contains;
using store_test::number_in;
using store_test::run_in;
using store_test::Stores;
using store_test::TemporaryDirectory;

namespace fs = std::filesystem;

namespace {

/// Root may write everywhere: for a while the process is nobody.
class Unprivileged {
 public:
  Unprivileged() : was_root_(geteuid() == 0 && setresuid(65534, 65534, 0) == 0) {}
  ~Unprivileged() {
    if (was_root_) static_cast<void>(setresuid(0, 0, 0));
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;

 private:
  bool was_root_;
};

/// As a later version leaves it: another schema, and its own name in the plugins' table.
void make_newer(const std::string& path, std::string_view noted_schema) {
  auto database = store::Database::open(path);
  REQUIRE(database);
  REQUIRE(database->run("PRAGMA user_version=2"));
  auto statement = database->prepare(store::insertion(store::table(store::TableId::kept)));
  REQUIRE(statement);
  for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"store/program", "9.9"},
                                    {"store/schema", noted_schema}}) {
    const std::array<store::Value, 2> values = {base::as_bytes(name), base::as_bytes(value)};
    statement->bind(1, values[0]).bind(2, values[1]);
    CHECK(statement->bind(3, store::checksum(store::TableId::kept, values)).run() == SQLITE_DONE);
  }
}

}  // namespace

TEST_CASE("F24: a directory that is missing is made, for the owner alone") {
  const TemporaryDirectory directory;
  for (const char* name : {"a/b", "c/d/"}) {
    Stores stores(directory.path(name));
    CHECK(stores.open().empty());
    CHECK(fs::status(directory.path(name)).permissions() == fs::perms::owner_all);
  }
}

TEST_CASE("a directory that cannot be made is named with the reason") {
  const TemporaryDirectory directory;
  std::ofstream(directory.path("file")) << "x";
  Stores stores(directory.path("file/inside"));
  CHECK_THAT(stores.refusal(),
             Contains("broker.data_dir: " + directory.path("file/inside")) && Contains("Not a directory"));
}

TEST_CASE("a directory that cannot be written is named with the reason") {
  const TemporaryDirectory directory;
  const std::string inside = directory.path("inside");
  fs::create_directory(inside);
  fs::permissions(directory.path(), fs::perms::owner_all | fs::perms::others_exec);
  fs::permissions(inside, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_exec);
  const Unprivileged nobody;
  Stores stores(inside);
  CHECK_THAT(stores.refusal(), Contains("broker.data_dir: " + inside) && Contains("Permission denied"));
}

TEST_CASE("a database that cannot be written is named, and stays where it is") {
  const TemporaryDirectory directory;
  Stores stores(directory.path().string());
  stores.open();
  stores.close();
  for (const auto& file : fs::directory_iterator(directory.path()))
    fs::permissions(file, fs::perms::owner_read | fs::perms::others_read);
  fs::permissions(directory.path(), fs::perms::owner_all | fs::perms::others_exec);
  {
    const Unprivileged nobody;
    CHECK_THAT(stores.refusal(), Contains(directory.path("meshbroker.db")));
  }
  CHECK(directory.count("damaged") == 0);
  CHECK(stores.said().empty());
}

TEST_CASE("something else than a file in the database's place is named") {
  const TemporaryDirectory directory;
  fs::create_directory(directory.path("meshbroker.db"));
  Stores stores(directory.path().string());
  CHECK_THAT(stores.refusal(), Contains(directory.path("meshbroker.db")));
}

TEST_CASE("a second broker in the same directory is refused, and disturbs nothing") {
  const TemporaryDirectory directory;
  Stores first(directory.path().string()), second(directory.path().string());
  first.open();
  first.writer().start_session(1, "c");
  first.commit();
  CHECK_THAT(second.refusal(), Contains("in use by another process"));
  first.writer().start_session(2, "d");
  first.commit();
  CHECK(first.reopened() == std::vector<std::string>{"session 1 c", "session 2 d"});
  CHECK(directory.count("damaged") == 0);
}

TEST_CASE("a newer schema is refused with the version that wrote it, and nothing is changed") {
  const TemporaryDirectory directory;
  Stores stores(directory.path().string());
  stores.open();
  stores.close();
  make_newer(directory.path("meshbroker.db"), "2");
  CHECK_THAT(stores.refusal(), Contains("meshbroker 9.9"));
  CHECK(number_in(directory.path("meshbroker.db"), "PRAGMA user_version") == 2);
  CHECK(directory.count("damaged") == 0);
}

TEST_CASE("a schema number that nothing else confirms is damage") {
  const TemporaryDirectory directory;
  Stores stores(directory.path().string());
  stores.open();
  stores.writer().start_session(1, "c");
  stores.close();
  make_newer(directory.path("meshbroker.db"), "1");
  CHECK(stores.open() == std::vector<std::string>{});
  CHECK(stores.said_count("database_damaged") == 1);
}

TEST_CASE("a stranger's database is set aside") {
  const TemporaryDirectory directory;
  run_in(directory.path("meshbroker.db"), "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
  Stores stores(directory.path().string());
  CHECK(stores.open().empty());
  CHECK(stores.said_count("database_damaged") == 1);
  CHECK(directory.count("damaged") == 1);
}

TEST_CASE("files set aside in the same second have different names") {
  const TemporaryDirectory directory;
  Stores stores(directory.path().string());
  for (int i = 0; i < 3; ++i) {
    std::ofstream(directory.path("meshbroker.db")) << std::string(5000, 'x');
    CHECK(stores.open().empty());
    stores.close();
  }
  CHECK(directory.count("meshbroker.db.damaged-20270115-080000") == 3);
}
