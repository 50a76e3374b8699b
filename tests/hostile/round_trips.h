// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace hostile {

using Clock = std::chrono::steady_clock;

/// One question and its answer.
struct RoundTrip {
  Clock::time_point begin;
  Clock::time_point end;
  Clock::duration starved{0};  // of it, how long who answers was ready to and had no processor
  Clock::duration took() const { return end - begin; }
};

/// Asks again and again in a thread of its own, a few milliseconds apart, until it is told to stop or an
/// answer fails to come.
class RoundTrips {
 public:
  struct Result {
    std::size_t count = 0;
    bool has_failed = false;
    std::vector<RoundTrip> long_ones;  // those worth a look
  };

  /// `ask` runs in the thread; false: no answer, or a wrong one. `starved` says how long so far who answers
  /// had no processor.
  explicit RoundTrips(std::function<bool()> ask, std::function<Clock::duration()> starved = no_measure);
  ~RoundTrips() { stop(); }
  RoundTrips(const RoundTrips&) = delete;
  RoundTrips& operator=(const RoundTrips&) = delete;

  /// Ends the thread after the round trip under way.
  const Result& stop();

 private:
  static Clock::duration no_measure() { return Clock::duration(0); }
  void run();
  bool wait_for_next();

  std::function<bool()> ask_;
  std::function<Clock::duration()> starved_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool is_stopped_ = false;
  Result result_;  // the thread's until it is joined
  std::thread thread_;
};

/// The longest time that `asked` shows beyond what the machine itself took: from each long round trip the
/// time without a processor is taken off, and the longest one that `control` had at the same time.
[[nodiscard]] Clock::duration longest_beyond(const RoundTrips::Result& asked,
                                             const RoundTrips::Result& control);

}  // namespace hostile
