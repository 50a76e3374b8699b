// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

#include "broker/app/simulate/plain_client.h"
#include "broker/app/simulate/tape.h"
#include "broker/app/simulate_options.h"
#include "broker/net/loop.h"
#include "broker/net/timer.h"

namespace app::simulate {

/// Writes what a broker delivers below the roots to a file, until it is stopped or its minutes are over.
/// Owned by the command; loop's thread.
class Recording {
 public:
  /// All outlive it.
  Recording(net::Loop& loop, const net::Address& broker, const SimulateOptions& options, std::ostream& file);

  const std::string& failure() const { return failure_; }
  std::uint64_t count() const { return count_; }
  void after_flush() { client_.after_flush(); }

 private:
  void begin();
  void write(const mqtt::Publish& publish);
  void tick();
  void fail(std::string why);

  net::Loop& loop_;
  const SimulateOptions& options_;
  std::ostream& file_;
  PlainClient client_;
  base::TimePoint began_;
  std::uint64_t count_ = 0;
  std::string failure_;
  net::Timer timer_;
};

/// Publishes what a file has, in its time divided by the speed. The same owner and thread.
class Replaying {
 public:
  Replaying(net::Loop& loop, const net::Address& broker, const SimulateOptions& options, std::istream& file);

  const std::string& failure() const { return failure_; }
  std::uint64_t count() const { return count_; }
  /// Lines that were none of a recording.
  std::uint64_t skipped() const { return skipped_; }
  void after_flush() { client_.after_flush(); }

 private:
  void begin();
  void tick();
  void read_next();
  void fail(std::string why);

  net::Loop& loop_;
  const SimulateOptions& options_;
  std::istream& file_;
  PlainClient client_;
  base::TimePoint began_;
  base::TimePoint ping_at_;
  std::optional<TapeMessage> next_;
  std::uint64_t count_ = 0;
  std::uint64_t skipped_ = 0;
  std::string failure_;
  net::Timer timer_;
};

}  // namespace app::simulate
