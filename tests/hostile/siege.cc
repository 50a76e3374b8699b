// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/siege.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include <catch2/catch.hpp>

namespace hostile {
namespace {

constexpr std::size_t mib = 1024 * 1024;
constexpr std::size_t most_growth_mib = 20;
/// With sanitizers a turn's effort (core/effort.h) takes some five to ten times as long.
#ifdef __SANITIZE_ADDRESS__
constexpr double most_wait_ms = 600;
#else
constexpr double most_wait_ms = 100;
#endif
/// A name may be long, a line in which it stands is still one that a log collector takes whole.
constexpr std::size_t longest_log_line = 8 * 1024;

double in_ms(Clock::duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

double longest_ms(const RoundTrips::Result& result) {
  Clock::duration longest{0};
  for (const RoundTrip& one : result.long_ones) longest = std::max(longest, one.took());
  return in_ms(longest);
}

/// The broker's own mark where it has cut a text short; everything else in the log is printable ASCII.
constexpr std::string_view cut_mark = "\u2026";

bool is_raw(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n') || byte >= 0x7f;
}

bool has_raw(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(cut_mark, begin), text.size());
    if (std::ranges::any_of(text.substr(begin, end - begin), is_raw)) return true;
    begin = end + cut_mark.size();
  }
  return false;
}

}  // namespace

bool is_full() { return std::getenv("MESHBROKER_HOSTILE_FULL") != nullptr; }

Siege::Siege(const Terms& terms)
    : terms_(terms),
      program_(terms.settings),
      witness_(program_.port()),
      resident_before_(program_.resident_bytes()),
      most_resident_(resident_before_),
      control_([this] { return ask_control(); }),
      round_trips_([this] { return witness_.ask(); }, [this] { return program_.starved(); }) {
  INFO(program_.log());
  REQUIRE(program_.port() != 0);
}

/// The memory is looked at here too: this thread goes on when the broker does not.
bool Siege::ask_control() {
  most_resident_ = std::max(most_resident_.load(), program_.resident_bytes());
  return echo_.ask();
}

void Siege::check_survived() {
  const RoundTrips::Result& asked = round_trips_.stop();
  const RoundTrips::Result& control = control_.stop();
  const double beyond_ms = in_ms(longest_beyond(asked, control));
  std::cout << Catch::getResultCapture().getCurrentTestName() << "\n  " << asked.count
            << " round trips, longest " << longest_ms(asked) << " ms, " << beyond_ms
            << " ms beyond the machine's own (control's longest " << longest_ms(control) << " ms)\n";
  CHECK(program_.is_running());
  CHECK_FALSE(asked.has_failed);
  CHECK((asked.has_failed || witness_.ask()));  // also when the attack was over before the next question
  CHECK(beyond_ms < most_wait_ms);
  check_memory();
  const int exit_code = program_.stop();
  check_log();
  CHECK(exit_code == 0);
}

void Siege::check_memory() {
  const std::size_t growth = most_resident_ - std::min(resident_before_, most_resident_.load());
  std::cout << "  memory: " << static_cast<double>(resident_before_) / mib << " MiB, at most +"
            << static_cast<double>(growth) / mib << " MiB, of which limits allow " << terms_.allowed_mib
            << " MiB\n";
  CHECK(growth < (most_growth_mib + terms_.allowed_mib) * mib);
}

void Siege::check_log() const {
  const std::string log = program_.log();
  std::size_t longest = 0;
  for (std::size_t begin = 0; begin < log.size();) {
    const std::size_t end = std::min(log.find('\n', begin), log.size());
    longest = std::max(longest, end - begin);
    begin = end + 1;
  }
  std::cout << "  log: " << log.size() << " bytes, longest line " << longest << std::endl;
  CHECK_FALSE(has_raw(log));
  CHECK(longest <= longest_log_line);
  const std::size_t report = log.find("ERROR: ");  // a sanitizer's
  const std::size_t error = log.find("runtime error: ");
  INFO(log.substr(std::min({report, error, log.size()}), 8000));
  CHECK(std::min(report, error) == std::string::npos);
}

}  // namespace hostile
