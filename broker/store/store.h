// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "broker/base/counters.h"
#include "broker/base/guarded.h"
#include "broker/store/opening.h"
#include "broker/store/writer.h"

namespace store {

/// What the store counts.
enum class Metric : std::uint8_t { transactions, records, records_cancelled, failures, end_ };

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Metric::end_)> metric_names = {
    "transactions",
    "records",
    "records_cancelled",
    "failures",
};

/// The journals of all workers, over one database and one thread: what they have posted by the time it looks
/// is one transaction. What cannot be committed, because the disk is full, say, stays in memory and is tried
/// again until it can. Owned by the server.
class Store {
 public:
  struct Parts {
    std::string directory;
    Durability durability = Durability::process;
    std::uint32_t workers = 1;
    std::string program;  // its version
    const base::Log& log;
    Writer::WallClock clock;  // milliseconds since 1970; any thread
    /// The worker's batches up to this one are committed. On the store's thread.
    std::function<void(std::uint32_t worker, core::Sequence)> on_kept;
  };
  /// As open_database.
  [[nodiscard]] static base::Expected<std::unique_ptr<Store>, std::string> open(Parts parts);
  ~Store() { stop(); }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// What was found; once, before anybody writes.
  core::Restored take_restored() { return std::move(opened_.restored); }
  Writer& writer(std::uint32_t worker) { return *writers_[worker]; }
  /// From here on it commits.
  void start();
  /// Commits all that was posted, and closes. What still cannot be committed is lost, and said to be.
  void stop();

  /// What waits to be committed. Any thread.
  std::size_t unkept_bytes() const { return unkept_bytes_.load(std::memory_order_relaxed); }
  /// Why nothing is committed at present; none: it is. Any thread.
  std::optional<std::string> trouble() {
    return trouble_.with([](const std::optional<std::string>& text) { return text; });
  }
  std::vector<base::Count> counts() const { return counters_.read(); }

 private:
  Store(Parts parts, Opened opened);
  void post(Batch batch);
  void run();
  bool wait_for_work();
  bool commit();
  bool commit_some();
  bool write(const Changes& changes);
  void fail(const Trouble& trouble);
  void recover();
  void tell_kept(std::size_t batches);

  Parts parts_;
  Opened opened_;
  std::vector<std::unique_ptr<Writer>> writers_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::vector<Batch> inbox_;  // under the mutex
  bool is_stopping_ = false;  // under the mutex
  std::deque<Batch> taken_;   // of the thread, in order; not committed yet
  std::atomic<std::size_t> unkept_bytes_{0};
  base::Guarded<std::optional<std::string>> trouble_;
  bool is_failing_ = false;
  base::Counters<Metric> counters_{metric_names};
  std::thread thread_;
};

}  // namespace store
