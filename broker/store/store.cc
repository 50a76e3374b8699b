// SPDX-License-Identifier: Apache-2.0
#include "broker/store/store.h"

#include <utility>

namespace store {
namespace {

/// How long a failed commit waits for its next try.
constexpr std::chrono::milliseconds retry_after{250};
/// Records of one transaction: it should fit into the page cache, and what waits behind it should not wait
/// long.
constexpr std::size_t most_transaction_bytes = 8 * 1024 * 1024;

}  // namespace

base::Expected<std::unique_ptr<Store>, std::string> Store::open(Parts parts) {
  auto opened = open_database(
      {parts.directory, parts.durability, parts.program, {parts.clock(), parts.workers}, parts.log});
  if (!opened) return base::make_unexpected(opened.error());
  return std::unique_ptr<Store>(new Store(std::move(parts), *std::move(opened)));
}

Store::Store(Parts parts, Opened opened) : parts_(std::move(parts)), opened_(std::move(opened)) {
  for (std::uint32_t worker = 0; worker < parts_.workers; ++worker) {
    writers_.push_back(std::make_unique<Writer>(
        worker, [this](Batch batch) { post(std::move(batch)); }, parts_.clock, unkept_bytes_));
  }
}

void Store::start() {
  thread_ = std::thread([this] { run(); });
}

void Store::stop() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
  }
  posted_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Store::post(Batch batch) {
  unkept_bytes_.fetch_add(batch.bytes.size(), std::memory_order_relaxed);
  bool was_empty = false;
  {
    const std::scoped_lock lock(mutex_);
    was_empty = inbox_.empty();
    inbox_.push_back(std::move(batch));
  }
  if (was_empty) posted_.notify_one();
}

void Store::run() {
  while (wait_for_work()) commit();
  if (!taken_.empty() && !commit()) {
    parts_.log.error("journal_lost", {{"bytes", std::uint64_t{unkept_bytes()}},
                                      {"hint", "none of it was acknowledged at QoS 1 or 2"}});
  }
  static_cast<void>(opened_.database.run("PRAGMA wal_checkpoint(TRUNCATE)"));
}

/// False: the store stops, and there is nothing new.
bool Store::wait_for_work() {
  std::unique_lock lock(mutex_);
  const auto is_woken = [this] { return !inbox_.empty() || is_stopping_; };
  if (is_failing_) {
    // New batches do not make the disk larger: they only wait with the others.
    posted_.wait_for(lock, retry_after, [this] { return is_stopping_; });
  } else {
    posted_.wait(lock, is_woken);
  }
  const bool has_new = !inbox_.empty();
  for (Batch& batch : inbox_) taken_.push_back(std::move(batch));
  inbox_.clear();
  return has_new || !is_stopping_;
}

bool Store::commit() {
  while (!taken_.empty()) {
    if (!commit_some()) return false;
  }
  return true;
}

/// Whole batches only.
bool Store::commit_some() {
  Changes changes;
  std::size_t batches = 0, bytes = 0;
  while (batches < taken_.size() && bytes < most_transaction_bytes) {
    bytes += taken_[batches].bytes.size();
    changes.add(taken_[batches++]);
  }
  if (!write(changes)) return false;
  counters_.add(Metric::transactions);
  counters_.add(Metric::records_cancelled, changes.cancelled());
  recover();
  tell_kept(batches);
  return true;
}

bool Store::write(const Changes& changes) {
  const auto attempt = [&]() -> base::Expected<void, Trouble> {
    if (auto begun = opened_.database.run("BEGIN"); !begun) return begun;
    if (auto written = opened_.rows.write(changes, opened_.database); !written) return written;
    return opened_.database.run("COMMIT");
  };
  const auto done = attempt();
  if (done) {
    opened_.rows.settle();
    return true;
  }
  static_cast<void>(opened_.database.run("ROLLBACK"));  // it may have been rolled back already
  opened_.rows.undo();
  fail(done.error());
  return false;
}

void Store::fail(const Trouble& trouble) {
  counters_.add(Metric::failures);
  trouble_.with([&](std::optional<std::string>& text) { text = trouble.text; });
  if (std::exchange(is_failing_, true)) return;
  parts_.log.error("journal_failing",
                   {{"why", trouble.text},
                    {"directory", parts_.directory},
                    {"hint", "nothing at QoS 1 or 2 is acknowledged until it can be written again"}});
}

void Store::recover() {
  if (!std::exchange(is_failing_, false)) return;
  trouble_.with([](std::optional<std::string>& text) { text.reset(); });
  // Tries that failed may have left frames behind the end of the log, which would look like damage.
  static_cast<void>(opened_.database.run("PRAGMA wal_checkpoint(TRUNCATE)"));
  parts_.log.warn("journal_recovered", {{"directory", parts_.directory}});
}

void Store::tell_kept(std::size_t batches) {
  std::vector<core::Sequence> last(parts_.workers);
  for (; batches > 0; --batches) {
    const Batch& batch = taken_.front();
    last[batch.worker] = batch.sequence;
    counters_.add(Metric::records, batch.records);
    unkept_bytes_.fetch_sub(batch.bytes.size(), std::memory_order_relaxed);
    taken_.pop_front();
  }
  for (std::uint32_t worker = 0; worker < parts_.workers; ++worker) {
    if (last[worker] != 0) parts_.on_kept(worker, last[worker]);
  }
}

}  // namespace store
