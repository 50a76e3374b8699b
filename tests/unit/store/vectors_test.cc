// SPDX-License-Identifier: Apache-2.0
// Databases as earlier versions wrote them, tests/vectors/store/vN: each is opened for ever. A new schema
// gets a folder of its own, made once with `store_test "[.make]"` by the version that has it.
#include <filesystem>

#include <catch2/catch.hpp>

#include "broker/base/owner.h"
#include "tests/unit/store/store_fixture.h"

using mqtt::Qos;
using store_test::message;
using store_test::number_in;
using store_test::Stores;
using store_test::TemporaryDirectory;
using Lines = std::vector<std::string>;

namespace fs = std::filesystem;

namespace {

const fs::path vectors = fs::path(STORE_VECTORS);

/// At least one row of each table.
void fill(Stores& stores) {
  store::Writer& writer = stores.writer();
  const core::MessageRef shared = message("shared", "one body", Qos::exactly_once);
  for (core::SessionKey key = 1; key <= 2; ++key) {
    writer.start_session(key, "client" + std::to_string(key));
    writer.subscribe(key, "filter/+/" + std::to_string(key), Qos::exactly_once);
    writer.queue(key, {.number = key, .qos = Qos::exactly_once}, shared);
  }
  writer.subscribe(1, "#", Qos::at_most_once);
  writer.set_away(1);
  writer.queue(1, {.number = 3, .retain = true, .packet_id = 65535}, message("own", "a body of its own"));
  writer.queue(1, {.number = 4, .qos = Qos::exactly_once}, message("released", "gone"));
  writer.receive(2, 7);
  writer.set_will(2, "client2", *message("will", "last words", Qos::exactly_once, true));
  writer.retain(*message("retained", "value", Qos::at_least_once, true), 12);
  const std::uint32_t owner = base::owner_of("client2", 2);
  stores.writer(1 - owner).forward(
      owner, 1, {.topic = "filter/x/2", .payload = base::as_bytes("forwarded"), .qos = Qos::at_least_once});
  stores.commit(1 - owner);
  writer.keep("plugin/state", base::as_bytes(std::string_view("\0\x01\xff", 3)));
  stores.commit();
  writer.send(1, 1, 40);
  writer.send(1, 4, 41);
  writer.release(1, 4);
  stores.commit();
}

const Lines version_1 = {
    "session 1 client1",
    "subscription 1 # q0",
    "subscription 1 filter/+/1 q2",
    "entry 1 1 q2 #40 shared=one body",
    "entry 1 3 q1 retain #65535 own=a body of its own",
    "entry 1 4 q2 #41 released nothing",
    "session 2 client2",
    "subscription 2 filter/+/2 q2",
    "entry 2 2 q2 #0 shared=one body",
    "entry 2 5 q1 #0 filter/x/2=forwarded",
    "received 2 #7",
    "retained 12 q1 retain retained=value",
    "will 2 client2 q2 retain will=last words",
    "kept plugin/state " + std::string("\0\x01\xff", 3),
};

}  // namespace

TEST_CASE("a database of the present schema, for tests/vectors", "[.make]") {
  const TemporaryDirectory directory;
  Stores stores(directory.path().string(), 2);
  stores.open();
  fill(stores);
  stores.close();
  const fs::path folder = vectors / ("v" + std::to_string(store::schema_version));
  fs::create_directories(folder);
  REQUIRE_FALSE(fs::exists(folder / "meshbroker.db"));
  fs::copy_file(directory.path("meshbroker.db"), folder / "meshbroker.db");
}

TEST_CASE("the kept database of the present schema has a row in each table") {
  const fs::path kept = vectors / ("v" + std::to_string(store::schema_version)) / "meshbroker.db";
  const TemporaryDirectory directory;
  fs::copy_file(kept, directory.path("meshbroker.db"));
  for (const store::Table& each : store::tables) {
    INFO(each.name);
    CHECK(number_in(directory.path("meshbroker.db"), "SELECT count(*) FROM " + std::string(each.name)) > 0);
  }
}

TEST_CASE("a database of schema version 1 gives back all that it holds") {
  const TemporaryDirectory directory;
  fs::copy_file(vectors / "v1" / "meshbroker.db", directory.path("meshbroker.db"));
  Stores stores(directory.path().string(), 2);
  CHECK(stores.open() == version_1);
  CHECK(stores.restored().sessions.at(0).away_for == base::Duration{0});
  CHECK(stores.restored().last_key == 2);
  CHECK(stores.restored().last_stamp == 12);
  CHECK(stores.said().empty());
  CHECK(stores.reopened() == version_1);
}
