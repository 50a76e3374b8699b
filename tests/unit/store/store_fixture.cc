// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/store/store_fixture.h"

#include <algorithm>
#include <chrono>

#include <catch2/catch.hpp>
#include <stdlib.h>

#include "tests/support/restored_text.h"

namespace store_test {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds patience{10};

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (fs::temp_directory_path() / "meshbroker_store_XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code error;
  fs::remove_all(path_, error);
}

std::size_t TemporaryDirectory::count(std::string_view part) const {
  return static_cast<std::size_t>(
      std::count_if(fs::directory_iterator(path_), fs::directory_iterator(), [part](const auto& entry) {
        return entry.path().filename().string().find(part) != std::string::npos;
      }));
}

store::Store::Parts Stores::parts() {
  return {.directory = directory_,
          .durability = durability,
          .workers = workers_,
          .program = program,
          .log = log_,
          .clock = [this] { return now; },
          .on_kept =
              [this](std::uint32_t worker, core::Sequence sequence) {
                const std::scoped_lock lock(mutex_);
                kept_[worker] = sequence;
                told_.notify_all();
              }};
}

std::vector<std::string> Stores::open() {
  kept_.assign(workers_, 0);
  auto opened = store::Store::open(parts());
  if (!opened) FAIL(opened.error());
  store_ = *std::move(opened);
  restored_ = store_->take_restored();
  store_->start();
  return support::lines_of(restored_);
}

std::string Stores::refusal() {
  const auto opened = store::Store::open(parts());
  return opened ? "opened" : opened.error();
}

void Stores::commit(std::uint32_t worker) {
  const core::Sequence sequence = writer(worker).sequence();
  writer(worker).post();
  if (writer(worker).sequence() == sequence) return;  // nothing was told
  REQUIRE(wait_until_kept(worker, sequence));
}

bool Stores::wait_until_kept(std::uint32_t worker, core::Sequence sequence) {
  std::unique_lock lock(mutex_);
  return told_.wait_for(lock, patience, [&] { return kept_[worker] >= sequence; });
}

core::Sequence Stores::kept(std::uint32_t worker) {
  const std::scoped_lock lock(mutex_);
  return kept_[worker];
}

std::string Stores::said() {
  const std::scoped_lock lock(mutex_);
  std::string all;
  for (const std::string& line : lines_) all += line + "\n";
  return all;
}

std::size_t Stores::said_count(std::string_view text) {
  const std::scoped_lock lock(mutex_);
  return count_said(text);
}

/// Under the mutex.
std::size_t Stores::count_said(std::string_view text) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      lines_, [text](const std::string& line) { return line.find(text) != std::string::npos; }));
}

bool Stores::wait_until_said(std::string_view text) {
  std::unique_lock lock(mutex_);
  return told_.wait_for(lock, patience, [&] { return count_said(text) > 0; });
}

bool Stores::wait_until_kept_or_said(core::Sequence sequence, std::string_view text) {
  std::unique_lock lock(mutex_);
  told_.wait_for(lock, patience, [&] { return kept_[0] >= sequence || count_said(text) > 0; });
  return count_said(text) > 0;
}

core::MessageRef message(std::string_view topic, std::string_view payload, mqtt::Qos qos, bool retain) {
  return core::MessageRef::make(
      {.topic = topic, .payload = base::as_bytes(payload), .qos = qos, .retain = retain});
}

std::int64_t number_in(const std::string& path, const std::string& sql) {
  auto database = store::Database::open(path);
  REQUIRE(database);
  const auto number = database->number(sql);
  REQUIRE(number);
  return *number;
}

void run_in(const std::string& path, const std::string& sql) {
  auto database = store::Database::open(path);
  REQUIRE(database);
  REQUIRE(database->run(sql));
}

}  // namespace store_test
