// SPDX-License-Identifier: Apache-2.0
#include "bench/load/durable.h"

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sys/prctl.h>

#include "bench/load/clock.h"
#include "bench/load/crowd.h"
#include "bench/load/fail.h"
#include "bench/load/ledger.h"
#include "bench/load/percentiles.h"
#include "bench/load/stamp.h"

namespace load {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t patience_ns = 20 * ns_per_s;
/// Windowed: the first tenth of the messages is not measured.
constexpr std::uint32_t warmup_share = 10;
constexpr std::string_view session_id = "load-s-0";

PacketId packet_id(std::uint32_t sequence) { return static_cast<PacketId>(sequence % 65535 + 1); }

class Durable {
 public:
  explicit Durable(const Plan& plan)
      : plan_(plan), target_(plan.pid), ledger_(1, plan.publishers), sent_(plan.publishers, 0) {
    // The default of 50 us would be the generator's lateness.
    if (plan.rate != 0) ::prctl(PR_SET_TIMERSLACK, 1UL);
    leave_session();
    for (std::uint32_t i = 0; i < plan.publishers; ++i) open_publisher(i);
  }

  Report run();

 private:
  struct Publisher {
    std::string topic;
    std::deque<std::int64_t> sent_ns;  // of what is not acknowledged
    std::uint32_t acknowledged = 0;
  };

  void leave_session();
  void open_publisher(std::uint32_t stream);
  bool is_over() const { return sent_count_ >= plan_.count; }
  std::pair<Reading, Reading> run_windowed();
  std::pair<Reading, Reading> run_paced();
  void send_window(std::uint32_t stream);
  void send_due();
  void send(std::uint32_t stream, std::int64_t sent_ns);
  void round(std::int64_t timeout_ns);
  void on_frame(std::uint32_t stream, const Frame& frame);
  void on_acknowledged(std::uint32_t stream, PacketId id);
  void await_acknowledgements(std::uint64_t count);
  void fetch();

  const Plan& plan_;
  Target target_;
  Crowd crowd_;
  Ledger ledger_;
  std::vector<Publisher> publishers_;
  std::vector<std::uint32_t> sent_;  // per stream
  std::uint64_t sent_count_ = 0;
  std::uint64_t acknowledged_ = 0;
  bool is_measuring_ = false;
  std::int64_t read_ns_ = 0;
  std::int64_t next_due_ns_ = 0;
  std::uint32_t next_stream_ = 0;
  std::vector<std::int64_t> latencies_ns_;  // of each message measured
};

void Durable::leave_session() {
  Client client(plan_.port);
  client.greet(session_id, false);
  client.subscribe(std::vector<std::string>{"bench/#"}, plan_.qos);
  for (std::uint32_t stream = 0; stream < plan_.publishers; ++stream) ledger_.want(0, stream);
}

void Durable::open_publisher(std::uint32_t stream) {
  Client client(plan_.port);
  client.greet(fmt::format("load-p-{}", stream), true);
  crowd_.add(std::move(client));
  publishers_.push_back({.topic = topic_of(stream), .sent_ns = {}});
}

Report Durable::run() {
  const auto [from, to] = plan_.rate == 0 ? run_windowed() : run_paced();
  const std::uint64_t messages = latencies_ns_.size();
  await_acknowledgements(sent_count_);
  const Memory memory = target_.memory();
  fetch();

  Report report(plan_);
  report.add_interval(from, to, messages);
  report.add_memory(memory);
  add_percentiles(latencies_ns_, report);
  report.add_faults(ledger_.close(sent_));
  return report;
}

std::pair<Reading, Reading> Durable::run_windowed() {
  is_measuring_ = true;
  for (std::uint32_t stream = 0; stream < plan_.publishers; ++stream) send_window(stream);
  await_acknowledgements(plan_.count / warmup_share);
  latencies_ns_.clear();
  const Reading from = target_.read();
  await_acknowledgements(plan_.count);
  is_measuring_ = false;
  return {from, target_.read()};
}

std::pair<Reading, Reading> Durable::run_paced() {
  const auto run_for = [this](std::int64_t duration_ns) {
    const std::int64_t end_ns = now_ns() + duration_ns;
    for (std::int64_t now = now_ns(); now < end_ns; now = now_ns()) {
      send_due();
      round(std::clamp<std::int64_t>(std::min(next_due_ns_, end_ns) - now_ns(), 0, 10 * ns_per_ms));
    }
  };
  next_due_ns_ = now_ns();
  run_for(plan_.warmup_ms * ns_per_ms);
  const Reading from = target_.read();
  is_measuring_ = true;
  run_for(plan_.measure_ms * ns_per_ms);
  is_measuring_ = false;
  return {from, target_.read()};
}

/// As many as may be outstanding, a batch at a time.
void Durable::send_window(std::uint32_t stream) {
  const std::size_t most = std::size_t{plan_.batch} * plan_.depth;
  while (!is_over() && publishers_[stream].sent_ns.size() + plan_.batch <= most) {
    const std::int64_t now = now_ns();
    for (std::uint32_t i = 0; i < plan_.batch; ++i) send(stream, now);
  }
}

/// What the generator is late with counts from when it should have been sent.
void Durable::send_due() {
  const std::int64_t interval = ns_per_s / plan_.rate;
  for (const std::int64_t now = now_ns(); next_due_ns_ <= now; next_due_ns_ += interval) {
    send(next_stream_, next_due_ns_);
    next_stream_ = next_stream_ + 1 == plan_.publishers ? 0 : next_stream_ + 1;
  }
  crowd_.flush();
}

void Durable::send(std::uint32_t stream, std::int64_t sent_ns) {
  Publisher& publisher = publishers_[stream];
  const std::uint32_t sequence = sent_[stream]++;
  const Publishing publishing{.topic = publisher.topic, .qos = plan_.qos, .id = packet_id(sequence)};
  put_stamp({stream, sequence, sent_ns}, put_publish(publishing, plan_.smallest, crowd_.out_of(stream)));
  publisher.sent_ns.push_back(sent_ns);
  ++sent_count_;
}

void Durable::round(std::int64_t timeout_ns) {
  read_ns_ = 0;
  crowd_.round(timeout_ns, [this](std::uint32_t stream, const Frame& frame) { on_frame(stream, frame); });
}

void Durable::on_frame(std::uint32_t stream, const Frame& frame) {
  if (frame.type() == PacketType::pubrec) put_ack(PacketType::pubrel, frame.id(), crowd_.out_of(stream));
  const PacketType last = plan_.qos == Qos::at_least_once ? PacketType::puback : PacketType::pubcomp;
  if (frame.type() == last) on_acknowledged(stream, frame.id());
}

void Durable::on_acknowledged(std::uint32_t stream, PacketId id) {
  Publisher& publisher = publishers_[stream];
  if (publisher.sent_ns.empty()) return ledger_.acknowledged_out_of_order();
  if (id != packet_id(publisher.acknowledged++)) ledger_.acknowledged_out_of_order();
  if (read_ns_ == 0) read_ns_ = now_ns();
  if (is_measuring_) latencies_ns_.push_back(read_ns_ - publisher.sent_ns.front());
  publisher.sent_ns.pop_front();
  ++acknowledged_;
  if (plan_.rate == 0) send_window(stream);
}

void Durable::await_acknowledgements(std::uint64_t count) {
  std::uint64_t before = acknowledged_;
  std::int64_t patient_until = now_ns() + patience_ns;
  while (acknowledged_ < count) {
    round(10 * ns_per_ms);
    if (acknowledged_ != before) patient_until = now_ns() + patience_ns;
    before = acknowledged_;
    if (now_ns() > patient_until) fail("the broker acknowledges nothing any more");
  }
}

/// The session's client is back.
void Durable::fetch() {
  Crowd crowd;
  Client client(plan_.port);
  put_connect(session_id, false, client.out());
  crowd.add(std::move(client));
  crowd.out_of(0);
  std::uint64_t come = 0;
  std::int64_t patient_until = now_ns() + patience_ns;
  const auto take = [&](const Frame& frame) {
    patient_until = now_ns() + patience_ns;
    if (frame.type() == PacketType::pubrel) put_ack(PacketType::pubcomp, frame.id(), crowd.out_of(0));
    if (frame.type() != PacketType::publish) return;
    ++come;
    const Published message = published(frame);
    const bool is_one = frame.qos() == Qos::at_least_once;
    put_ack(is_one ? PacketType::puback : PacketType::pubrec, message.id, crowd.out_of(0));
    Stamp stamp;
    if (!get_stamp(message.payload, stamp) || frame.qos() != plan_.qos) return ledger_.damaged();
    ledger_.take(0, stamp.stream, stamp.sequence);
  };
  while (come < sent_count_ && now_ns() < patient_until) {
    crowd.round(10 * ns_per_ms, [&](std::uint32_t, const Frame& frame) { take(frame); });
  }
}

}  // namespace

Report run_durable(const Plan& plan) { return Durable(plan).run(); }

}  // namespace load
