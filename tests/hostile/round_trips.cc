// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/round_trips.h"

#include <algorithm>
#include <utility>

namespace hostile {
namespace {

/// So that asking is no load of its own.
constexpr auto pause = std::chrono::milliseconds(2);
constexpr auto worth_a_look = std::chrono::milliseconds(1);

bool overlap(const RoundTrip& a, const RoundTrip& b) { return a.begin < b.end && b.begin < a.end; }

}  // namespace

RoundTrips::RoundTrips(std::function<bool()> ask, std::function<Clock::duration()> starved)
    : ask_(std::move(ask)), starved_(std::move(starved)), thread_([this] { run(); }) {}

void RoundTrips::run() {
  do {
    const Clock::duration starved_before = starved_();
    const Clock::time_point begin = Clock::now();
    result_.has_failed = !ask_();
    const RoundTrip round_trip{begin, Clock::now(), starved_() - starved_before};
    ++result_.count;
    if (round_trip.took() >= worth_a_look) result_.long_ones.push_back(round_trip);
  } while (!result_.has_failed && wait_for_next());
}

bool RoundTrips::wait_for_next() {
  std::unique_lock lock(mutex_);
  return !stopped_.wait_for(lock, pause, [this] { return is_stopped_; });
}

const RoundTrips::Result& RoundTrips::stop() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopped_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
  return result_;
}

Clock::duration longest_beyond(const RoundTrips::Result& asked, const RoundTrips::Result& control) {
  Clock::duration longest{0};
  for (const RoundTrip& round_trip : asked.long_ones) {
    Clock::duration of_machine{0};
    for (const RoundTrip& other : control.long_ones) {
      if (overlap(round_trip, other)) of_machine = std::max(of_machine, other.took());
    }
    longest = std::max(longest, round_trip.took() - round_trip.starved - of_machine);
  }
  return longest;
}

}  // namespace hostile
