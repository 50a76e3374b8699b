// SPDX-License-Identifier: Apache-2.0
// A store as a stop leaves it, or a kill, with a write-ahead log, is damaged in every way that a seed
// chooses: it opens, what it gives back was written, and what can be detected is set aside and said.
// MESHBROKER_SEED=N for one seed first, MESHBROKER_DAMAGES=N for so many of them.
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "broker/store/wal.h"
#include "tests/support/restored_text.h"
#include "tests/unit/store/store_fixture.h"

using mqtt::Qos;
using store_test::message;
using store_test::Stores;
using store_test::TemporaryDirectory;
using Lines = std::vector<std::string>;

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t usual_damages = 2000;
constexpr int most_flips = 8;
constexpr std::size_t wal_header_bytes = 32, frame_bytes = 24 + 4096;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return otherwise;
  const std::string_view digits(text);
  std::from_chars(digits.data(), digits.data() + digits.size(), otherwise);
  return otherwise;
}

/// Large enough for tables of several pages.
std::string payload_of(int i) { return "payload " + std::to_string(i) + std::string(150, 'x'); }

/// A populated store, copied while it was open, and every line that it has ever held.
class Original {
 public:
  Original() : stores_(live_.path().string()) {
    stores_.open();
    fill(0);
    stores_.reopened();  // all so far is in the database
    fill(1000);
    copy(live_, killed_);
    stores_.close();
    copy(live_, stopped_);
    copy(killed_, opened_);
    Stores again(opened_.path().string());
    again.now = stores_.now;
    all_ = again.open();
    for (const std::string& line : all_) ever_.insert(line);
  }
  const Lines& all() const { return all_; }
  bool has_held(const std::string& line) const { return ever_.contains(line); }
  /// As it is after a kill, or after a stop, when all is in the database.
  void copy_to(const TemporaryDirectory& directory, bool is_killed = true) const {
    copy(is_killed ? killed_ : stopped_, directory);
  }

 private:
  static void copy(const TemporaryDirectory& from, const TemporaryDirectory& to) {
    fs::copy(from.path(), to.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }
  void fill(int first) {
    const auto key = static_cast<core::SessionKey>(first) + 1;
    for (core::SessionKey each = key; each < key + 3; ++each) {
      stores_.writer().start_session(each, "client" + std::to_string(each));
      stores_.writer().subscribe(each, "filter/" + std::to_string(each), Qos::at_least_once);
      stores_.writer().receive(each, 7);
      ever_.insert("session " + std::to_string(each) + " client" + std::to_string(each));
    }
    stores_.commit();
    for (int i = first; i < first + 40; ++i) fill(key, i);
  }
  void fill(core::SessionKey key, int i) {
    const std::string topic = "topic/" + std::to_string(i);
    const auto number = static_cast<core::EntryNumber>(i) + 1;
    const core::MessageRef queued = message(topic, payload_of(i), Qos::exactly_once);
    const core::Entry entry{.number = number, .qos = Qos::exactly_once};
    stores_.writer().queue(key, entry, queued);
    if (i % 2 == 0) stores_.writer().queue(key + 1, entry, queued);
    stores_.writer().retain(*message(topic, payload_of(i), Qos::at_least_once, true), number);
    stores_.writer().set_will(static_cast<core::SessionKey>(i) + 100, "c", *message(topic, payload_of(i)));
    stores_.writer().keep("plugin/" + topic, base::as_bytes(payload_of(i)));
    commit_and_note(key, entry, topic + "=" + payload_of(i));
    if (i % 4 == 0) stores_.writer().send(key, number, 5);
    if (i % 8 == 0) stores_.writer().release(key, number);
    if (i % 5 == 0) stores_.writer().finish(key, number);
    if (i % 7 == 0) stores_.writer().retain(*message(topic, "", Qos::at_least_once, true), number + 1);
    stores_.commit();
  }
  /// As it was before something became of it: that is what is left when the later row is lost.
  void commit_and_note(core::SessionKey key, const core::Entry& entry, const std::string& content) {
    stores_.commit();
    for (const core::SessionKey each : {key, key + 1}) {
      const std::string head = "entry " + std::to_string(each) + " " + std::to_string(entry.number) + " q2 #";
      ever_.insert(head + "0 " + content);
      ever_.insert(head + "5 " + content);
    }
    const std::string stamp = std::to_string(entry.number);
    ever_.insert("retained " + stamp + " q1 retain " + content);
  }

  TemporaryDirectory live_, killed_, stopped_, opened_;
  Stores stores_;
  Lines all_;
  std::set<std::string> ever_;
};

const Original& original() {
  static const Original made;
  return made;
}

/// What was done to which file.
struct Damage {
  bool is_wal = false;
  bool is_cut = false;
  std::uintmax_t first_at = 0;  // the lowest byte that was changed
  std::string text;
};

Damage damage(const TemporaryDirectory& directory, bool is_wal, std::mt19937_64& random) {
  Damage done;
  done.is_wal = is_wal;
  const std::string path = directory.path(done.is_wal ? "meshbroker.db-wal" : "meshbroker.db");
  const std::uintmax_t size = fs::file_size(path);
  done.is_cut = random() % 4 == 0;
  done.text = done.is_wal ? "log" : "database";
  if (done.is_cut) {
    const std::uintmax_t left = random() % size;
    fs::resize_file(path, left);
    done.text += " cut to " + std::to_string(left);
    return done;
  }
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  std::set<std::uintmax_t> places;
  for (auto flips = 1 + random() % most_flips; flips > 0; --flips) places.insert(random() % size);
  for (const std::uintmax_t at : places) {
    const int byte = (file.seekg(static_cast<std::streamoff>(at)), file.get());
    file.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(byte ^ 1 << random() % 8));
    done.text += " " + std::to_string(at);
  }
  done.first_at = *places.begin();
  return done;
}

/// A log that was cut is an older log, and damage of its last frame looks like a kill.
bool can_be_seen(const Damage& done, std::uintmax_t wal_bytes) {
  if (!done.is_wal) return true;
  return !done.is_cut && done.first_at < wal_bytes - frame_bytes;
}

void check_names(const TemporaryDirectory& directory, Stores& stores) {
  const std::string said = stores.said();
  for (const auto& file : fs::directory_iterator(directory.path())) {
    const std::string name = file.path().filename().string();
    const auto at = name.find(".damaged-");
    if (at == std::string::npos) continue;
    CHECK(said.find(name.substr(0, at + std::string(".damaged-20270115-080000").size())) !=
          std::string::npos);
  }
}

void check_damage(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const TemporaryDirectory directory;
  const bool is_killed = random() % 2 == 0;
  original().copy_to(directory, is_killed);
  const std::uintmax_t wal_bytes = fs::file_size(directory.path("meshbroker.db-wal"));
  const Damage done = damage(directory, is_killed && random() % 3 > 0, random);
  INFO("seed " << seed << ": " << done.text);
  Stores stores(directory.path().string());
  const Lines found = stores.open();
  INFO(stores.said());
  for (const std::string& line : found) {
    if (!original().has_held(line)) FAIL_CHECK("never written: " << line);
  }
  const bool is_told = stores.said_count("damaged") > 0;
  CHECK(is_told == (directory.count(".damaged-") > 0));
  if (found != original().all() && can_be_seen(done, wal_bytes)) CHECK(is_told);
  check_names(directory, stores);
  CHECK(stores.reopened() == found);
  CHECK(stores.said_count("damaged") == (is_told ? 1 : 0));
}

void overwrite(const std::string& path, std::uintmax_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const int byte = (file.seekg(static_cast<std::streamoff>(at)), file.get());
  file.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(byte ^ 1));
}

}  // namespace

TEST_CASE("a store that was killed has all that was kept, and nothing to say") {
  const TemporaryDirectory directory;
  original().copy_to(directory);
  REQUIRE(fs::file_size(directory.path("meshbroker.db-wal")) > 20 * frame_bytes);
  Stores stores(directory.path().string());
  CHECK(stores.open() == original().all());
  CHECK(stores.said().empty());
}

TEST_CASE("a damaged store opens, gives back only what was written, and says what it set aside") {
  const std::uint64_t count = number_from("MESHBROKER_DAMAGES", usual_damages);
  const std::uint64_t first = number_from("MESHBROKER_SEED", 1);
  for (std::uint64_t seed = first; seed < first + count; ++seed) check_damage(seed);
}

TEST_CASE("a log that is damaged in its middle is copied before it goes, and named") {
  const TemporaryDirectory directory;
  original().copy_to(directory);
  const std::string log = directory.path("meshbroker.db-wal");
  overwrite(log, wal_header_bytes + 5 * frame_bytes + 1000);
  const std::uintmax_t size = fs::file_size(log);
  Stores stores(directory.path().string());
  stores.open();
  CHECK(stores.said_count("database_log_damaged") == 1);
  CHECK(stores.said_count("behind frame 5") == 1);
  const std::string aside = log + ".damaged-20270115-080000";
  CHECK(stores.said_count(aside) == 1);
  CHECK(fs::file_size(aside) == size);
}

TEST_CASE("a log whose last frame is torn is what a kill leaves") {
  const TemporaryDirectory directory;
  original().copy_to(directory);
  const std::string log = directory.path("meshbroker.db-wal");
  SECTION("cut") { fs::resize_file(log, fs::file_size(log) - 1000); }
  SECTION("not all written") { overwrite(log, fs::file_size(log) - 1000); }
  CHECK(store::wal_damage(log).empty());
}

TEST_CASE("frames of an earlier log behind the end of this one are no damage") {
  const TemporaryDirectory directory;
  const std::string log = directory.path("meshbroker.db-wal");
  Stores stores(directory.path().string());
  stores.open();
  // The log goes round: what was in it has been copied into the database.
  for (int i = 0; fs::file_size(log) < 2000 * frame_bytes; ++i) {
    stores.writer().keep("plugin/a", base::as_bytes(std::string(400'000, static_cast<char>('a' + i % 26))));
    stores.commit();
  }
  stores.writer().keep("plugin/b", base::as_bytes("new"));
  stores.commit();
  CHECK(store::wal_damage(log).empty());
}

TEST_CASE("no log, and an empty one, are not damaged") {
  const TemporaryDirectory directory;
  CHECK(store::wal_damage(directory.path("none")).empty());
  std::ofstream(directory.path("empty")).flush();
  CHECK(store::wal_damage(directory.path("empty")).empty());
}

TEST_CASE("a database that was cut to nothing does not take its log along") {
  const TemporaryDirectory directory;
  Stores stores(directory.path().string());
  stores.open();
  stores.writer().start_session(1, "c");
  stores.commit();
  const TemporaryDirectory killed;
  fs::copy(directory.path(), killed.path(),
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  SECTION("empty") { fs::resize_file(killed.path("meshbroker.db"), 0); }
  SECTION("gone") { fs::remove(killed.path("meshbroker.db")); }
  Stores again(killed.path().string());
  CHECK(again.open().empty());  // the log alone has no tables
  CHECK(again.said_count("database_damaged") == 1);
  CHECK(killed.count("meshbroker.db.damaged-20270115-080000-wal") == 1);
}
