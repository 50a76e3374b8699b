// SPDX-License-Identifier: Apache-2.0
// What the store's thread needs for what workers post: batches go in, their transactions are waited for.
// Time is that of the whole process, CPU; items are messages. Directories are made under TMPDIR.
#include <atomic>
#include <filesystem>
#include <string>

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include "broker/base/check.h"
#include "broker/store/store.h"

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t batch_messages = 50;
/// Batches that may wait; as with many publishers, of which each waits for its own acknowledgement.
constexpr core::Sequence most_unkept = 8;

core::MessageRef message_of(std::string_view topic, std::size_t payload_bytes) {
  const std::string payload(payload_bytes, 'x');
  return core::MessageRef::make(
      {.topic = topic, .payload = base::as_bytes(payload), .qos = mqtt::Qos::at_least_once});
}

/// A store in a directory of its own, and its end of the journal.
class Running {
 public:
  Running() : path_((fs::temp_directory_path() / "meshbroker_bench_XXXXXX").string()) {
    CHECK(mkdtemp(path_.data()) != nullptr);
    store_ = *store::Store::open({.directory = path_,
                                  .program = "bench",
                                  .log = log_,
                                  .clock = [] { return std::int64_t{0}; },
                                  .on_kept = [this](std::uint32_t, core::Sequence kept) { note(kept); }});
    static_cast<void>(store_->take_restored());
    store_->start();
    for (core::SessionKey key = 1; key <= 100; ++key) writer().start_session(key, "c" + std::to_string(key));
    finish();
  }
  ~Running() {
    store_.reset();
    fs::remove_all(path_);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  store::Writer& writer() { return store_->writer(0); }
  void post() {
    const core::Sequence posted = writer().sequence();
    writer().post();
    wait_for(posted <= most_unkept ? 0 : posted - most_unkept);
  }
  void finish() {
    const core::Sequence posted = writer().sequence();
    writer().post();
    wait_for(writer().sequence() == posted ? posted - 1 : posted);
  }

 private:
  void note(core::Sequence kept) {
    kept_ = kept;
    kept_.notify_one();
  }
  void wait_for(core::Sequence sequence) {
    for (core::Sequence kept = kept_; kept < sequence; kept = kept_) kept_.wait(kept);
  }

  std::string path_;
  base::Log log_{base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {}};
  std::atomic<core::Sequence> kept_{0};
  std::unique_ptr<store::Store> store_;
};

/// Everything goes to one client that is away; so many messages.
void store_queue_offline(benchmark::State& state) {
  const core::MessageRef made = message_of("mesh/2/e/LongFast/!a1b2c3d4", 100);
  for (auto _ : state) {
    state.PauseTiming();
    auto running = std::make_unique<Running>();
    state.ResumeTiming();
    for (std::int64_t i = 1; i <= state.range(0); ++i) {
      // Each is a message of its own, as from a socket.
      const core::MessageRef own =
          core::MessageRef::make({.topic = made->topic(), .payload = made->payload(), .qos = made->qos()});
      running->writer().queue(1, {.number = static_cast<core::EntryNumber>(i)}, own);
      if (i % batch_messages == 0) running->post();
    }
    running->finish();
    state.PauseTiming();
    running.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(store_queue_offline)->Arg(40'000)->MeasureProcessCPUTime()->UseRealTime();

/// A client that is there acknowledges before the store has looked: nothing of it is ever written.
void store_queue_and_finish(benchmark::State& state) {
  Running running;
  const core::MessageRef made = message_of("t", 100);
  core::EntryNumber number = 0;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < batch_messages; ++i)
      running.writer().queue(1, {.number = ++number, .packet_id = 1}, made);
    for (std::int64_t i = 0; i < batch_messages; ++i)
      running.writer().finish(1, number - static_cast<core::EntryNumber>(i));
    running.post();
  }
  running.finish();
  state.SetItemsProcessed(state.iterations() * batch_messages);
}
BENCHMARK(store_queue_and_finish)->MeasureProcessCPUTime()->UseRealTime();

/// Each of so many topics is set again and again.
void store_retain(benchmark::State& state) {
  Running running;
  const auto topics = static_cast<core::Stamp>(state.range(0));
  core::Stamp stamp = 0;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < batch_messages; ++i, ++stamp)
      running.writer().retain(*message_of("topic/" + std::to_string(stamp * 7919 % topics), 100), stamp);
    running.post();
  }
  running.finish();
  state.SetItemsProcessed(state.iterations() * batch_messages);
}
BENCHMARK(store_retain)->Arg(100)->Arg(10'000)->MeasureProcessCPUTime()->UseRealTime();

/// One message for five of a hundred sessions, QoS 2 through all its steps, a value retained now and then.
void store_mixed(benchmark::State& state) {
  Running running;
  core::EntryNumber number = 0;
  for (auto _ : state) {
    for (std::int64_t i = 0; i < batch_messages; ++i) {
      const core::MessageRef made = message_of("t", 100);
      ++number;
      for (core::SessionKey key = 1; key <= 5; ++key) {
        const core::SessionKey session = (number + key * 20) % 100 + 1;
        running.writer().queue(session, {.number = number, .qos = mqtt::Qos::exactly_once}, made);
        running.writer().send(session, number, static_cast<mqtt::PacketId>(number % 60'000 + 1));
        if (number <= 500) continue;
        running.writer().release((number - 500 + key * 20) % 100 + 1, number - 500);
        running.writer().finish((number - 500 + key * 20) % 100 + 1, number - 500);
      }
      if (i % 10 == 0) running.writer().retain(*made, number);
    }
    running.post();
  }
  running.finish();
  state.SetItemsProcessed(state.iterations() * batch_messages);
}
BENCHMARK(store_mixed)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
