// SPDX-License-Identifier: Apache-2.0
// Publishers and subscribers, windowed or paced, every message checked.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/clock.h"
#include "bench/load/crowd.h"
#include "bench/load/ledger.h"
#include "bench/load/plan.h"
#include "bench/load/report.h"
#include "bench/load/stamp.h"
#include "bench/load/target.h"
#include "bench/load/window.h"

namespace load {

/// One run of a plan whose kind is traffic. Clients 0 to subscribers - 1 subscribe, those behind them
/// publish.
class Traffic {
 public:
  explicit Traffic(const Plan& plan);

  Report run();

 private:
  struct Publisher {
    std::string topic;
    Window window;
    std::uint32_t receivers;
    std::uint32_t acknowledged = 0;
  };

  void open_subscriber(std::uint32_t number);
  void open_publisher(std::uint32_t stream);

  void run_until(std::int64_t end_ns);
  void drain();
  bool is_complete() const { return delivered_ >= due_ && acknowledged_ >= acknowledgements_due_; }
  void round(std::int64_t timeout_ns);

  void on_frame(std::uint32_t client, const Frame& frame);
  void on_message(std::uint32_t subscriber, const Frame& frame);
  void on_receivers_packet(std::uint32_t subscriber, const Frame& frame);
  void on_publishers_packet(std::uint32_t stream, const Frame& frame);
  void on_acknowledged(std::uint32_t stream, PacketId id);
  void end_batch(std::uint32_t stream, std::uint32_t sequence);

  void send_batches(std::uint32_t stream);
  void send_due();
  void send(std::uint32_t stream, bool ends_batch, std::int64_t sent_ns);

  const Plan& plan_;
  Target target_;
  Crowd crowd_;
  Ledger ledger_;
  std::vector<Publisher> publishers_;
  std::vector<std::uint32_t> sent_;  // per stream
  bool is_sending_ = true;
  bool is_measuring_ = false;
  std::int64_t next_due_ns_ = 0;  // paced: when the next message should be sent
  std::uint32_t next_stream_ = 0;
  std::int64_t read_ns_ = 0;  // paced: when this round's bytes were read
  std::uint64_t heard_ = 0;   // packets of any kind: while some come, the broker is alive
  std::uint64_t delivered_ = 0, due_ = 0;
  std::uint64_t acknowledged_ = 0, acknowledgements_due_ = 0;
  std::vector<std::int64_t> latencies_ns_;
};

}  // namespace load
