// SPDX-License-Identifier: Apache-2.0
// A directory, a log that can be read, and a store over them that can be closed and opened again.
#pragma once
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "broker/store/store.h"

namespace store_test {

/// A directory of its own that goes with it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Of a file in it.
  std::string path(std::string_view name) const { return (path_ / name).string(); }
  /// How many files there have this within their names.
  std::size_t count(std::string_view part) const;

 private:
  std::filesystem::path path_;
};

/// Stores over one directory, one after the other, and what they said. The test's thread, but for what the
/// store's thread tells.
class Stores {
 public:
  explicit Stores(std::string directory, std::uint32_t workers = 1)
      : directory_(std::move(directory)), workers_(workers) {}

  /// Opens and starts; what was found, as lines. REQUIREs success.
  std::vector<std::string> open();
  /// Why it cannot be opened.
  std::string refusal();
  /// Stops the store, having committed all.
  void close() { store_.reset(); }
  /// What is there after a stop and a start.
  std::vector<std::string> reopened() {
    close();
    return open();
  }
  store::Store& store() { return *store_; }
  store::Writer& writer(std::uint32_t worker = 0) { return store_->writer(worker); }
  /// What was found when it was opened last.
  const core::Restored& restored() const { return restored_; }

  /// Posts what the worker was told and waits until it is kept.
  void commit(std::uint32_t worker = 0);
  /// False: it has not come within ten seconds.
  bool wait_until_kept(std::uint32_t worker, core::Sequence sequence);
  core::Sequence kept(std::uint32_t worker = 0);
  /// False: no line holds this text within ten seconds.
  bool wait_until_said(std::string_view text);
  /// Until one of the two; whether it was said. Worker 0.
  bool wait_until_kept_or_said(core::Sequence sequence, std::string_view text);

  /// All lines the stores have logged so far, and how many hold this text.
  std::string said();
  std::size_t said_count(std::string_view text);

  std::int64_t now = 1'800'000'000'000;  // the wall clock
  store::Durability durability = store::Durability::process;
  std::string program = "1.0";

 private:
  store::Store::Parts parts();
  std::size_t count_said(std::string_view text) const;

  std::string directory_;
  std::uint32_t workers_;
  std::mutex mutex_;
  std::condition_variable told_;
  std::vector<core::Sequence> kept_;  // by worker, under the mutex
  std::vector<std::string> lines_;    // under the mutex
  base::Log log_{base::Level::debug, base::LogFormat::text, [this](base::Level, std::string_view line) {
                   const std::scoped_lock lock(mutex_);
                   lines_.emplace_back(line);
                   told_.notify_all();
                 }};
  core::Restored restored_;
  std::unique_ptr<store::Store> store_;
};

/// One message, whoever holds it.
core::MessageRef message(std::string_view topic, std::string_view payload,
                         mqtt::Qos qos = mqtt::Qos::at_least_once, bool retain = false);
/// The first column of the first row of a database that nobody else has open.
std::int64_t number_in(const std::string& path, const std::string& sql);
void run_in(const std::string& path, const std::string& sql);

}  // namespace store_test
