// SPDX-License-Identifier: Apache-2.0
#include "bench/load/traffic.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/prctl.h>

#include "bench/load/fail.h"
#include "bench/load/percentiles.h"

namespace load {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;
/// Nothing for so long and it is not coming any more.
constexpr std::int64_t patience_ns = 10 * ns_per_s;
/// After the last one due: long enough to see one that should not come.
constexpr std::int64_t aftermath_ns = 50 * ns_per_ms;

/// Spreads over all lengths between smallest and largest, the same in every run.
std::size_t payload_bytes(const Plan& plan, std::uint32_t stream, std::uint32_t sequence) {
  return plan.smallest + (sequence * 37 + stream * 11) % (plan.largest - plan.smallest + 1);
}

PacketId packet_id(std::uint32_t sequence) { return static_cast<PacketId>(sequence % 65535 + 1); }

/// A gateway's topic with wildcards where subscriber `number` has them: four habits of real consumers.
std::string gateway_filter(std::uint32_t number, std::uint32_t gateway) {
  static constexpr std::string_view before[] = {"bench/+/2/e/+", "bench/EU_868/2/e/+", "bench/+/2/e/LongFast",
                                                "+/EU_868/2/+/LongFast"};
  const std::string topic = topic_of(gateway);
  return fmt::format("{}{}", before[number % 4], topic.substr(topic.rfind('/')));
}

/// What subscriber `number` asks for, and the ledger with it.
std::vector<std::string> filters_of(const Plan& plan, std::uint32_t number, Ledger& ledger) {
  std::vector<std::string> filters;
  const auto ask = [&](std::uint32_t stream, std::string filter) {
    ledger.want(number, stream);
    filters.push_back(std::move(filter));
  };
  switch (plan.routes) {
    case Routes::all:
      for (std::uint32_t stream = 0; stream < plan.publishers; ++stream) ledger.want(number, stream);
      filters.emplace_back("bench/EU_868/2/e/#");
      break;
    case Routes::pairs:
      ask(number, topic_of(number));
      break;
    case Routes::gateways:
      for (std::uint32_t k = 0; k < 100; ++k) {
        const std::uint32_t gateway = (number * 10 + k) % plan.publishers;
        ask(gateway, gateway_filter(number, gateway));
      }
      break;
  }
  return filters;
}

}  // namespace

Traffic::Traffic(const Plan& plan)
    : plan_(plan), target_(plan.pid), ledger_(plan.subscribers, plan.publishers), sent_(plan.publishers, 0) {
  if (plan.rate != 0)
    ::prctl(PR_SET_TIMERSLACK, 1UL);  // the default of 50 us would be the generator's lateness
  for (std::uint32_t i = 0; i < plan.subscribers; ++i) open_subscriber(i);
  for (std::uint32_t i = 0; i < plan.publishers; ++i) open_publisher(i);
}

void Traffic::open_subscriber(std::uint32_t number) {
  Client client(plan_.port);
  client.greet(fmt::format("load-s-{}", number));
  client.subscribe(filters_of(plan_, number, ledger_), plan_.qos);
  crowd_.add(std::move(client));
}

void Traffic::open_publisher(std::uint32_t stream) {
  Client client(plan_.port);
  client.greet(fmt::format("load-p-{}", stream));
  crowd_.add(std::move(client));
  std::uint32_t receivers = 0;
  for (std::uint32_t i = 0; i < plan_.subscribers; ++i) receivers += ledger_.is_wanted(i, stream) ? 1 : 0;
  const std::uint32_t ends = receivers + (plan_.qos == Qos::at_most_once ? 0 : 1);
  publishers_.push_back({topic_of(stream), Window(plan_.depth, ends), receivers});
}

Report Traffic::run() {
  next_due_ns_ = now_ns();
  if (plan_.rate == 0) {
    for (std::uint32_t i = 0; i < plan_.publishers; ++i) send_batches(i);
  }
  run_until(now_ns() + plan_.warmup_ms * ns_per_ms);
  const Reading from = target_.read();
  const std::uint64_t before = delivered_;
  is_measuring_ = plan_.rate != 0;
  run_until(now_ns() + plan_.measure_ms * ns_per_ms);
  const Reading to = target_.read();
  const std::uint64_t messages = delivered_ - before;
  drain();

  Report report(plan_);
  report.add_interval(from, to, messages);
  report.add_memory(target_.memory());
  if (is_measuring_) add_percentiles(latencies_ns_, report);
  report.add_faults(ledger_.close(sent_));
  return report;
}

void Traffic::run_until(std::int64_t end_ns) {
  for (std::int64_t now = now_ns(); now < end_ns; now = now_ns()) {
    if (plan_.rate != 0 && is_sending_) send_due();
    const std::int64_t wake_ns = plan_.rate != 0 && is_sending_ ? std::min(next_due_ns_, end_ns) : end_ns;
    round(std::clamp<std::int64_t>(wake_ns - now_ns(), 0, 10 * ns_per_ms));
  }
}

/// What is under way arrives, nothing new is sent.
void Traffic::drain() {
  is_sending_ = false;
  std::uint64_t heard_before = heard_;
  std::int64_t patient_until = now_ns() + patience_ns;
  while (!is_complete() && now_ns() < patient_until) {
    round(10 * ns_per_ms);
    if (heard_ != heard_before) patient_until = now_ns() + patience_ns;
    heard_before = heard_;
  }
  run_until(now_ns() + aftermath_ns);
}

void Traffic::round(std::int64_t timeout_ns) {
  read_ns_ = 0;
  crowd_.round(timeout_ns, [this](std::uint32_t client, const Frame& frame) { on_frame(client, frame); });
}

void Traffic::on_frame(std::uint32_t client, const Frame& frame) {
  ++heard_;
  if (client >= plan_.subscribers) {
    on_publishers_packet(client - plan_.subscribers, frame);
  } else if (frame.type() == PacketType::publish) {
    on_message(client, frame);
  } else {
    on_receivers_packet(client, frame);
  }
}

void Traffic::on_message(std::uint32_t subscriber, const Frame& frame) {
  const Published message = published(frame);
  Stamp stamp;
  if (!get_stamp(message.payload, stamp) || frame.qos() != plan_.qos) return ledger_.damaged();
  const std::uint32_t stream = stamp.stream & ~ends_batch_bit;
  ledger_.take(subscriber, stream, stamp.sequence);
  ++delivered_;
  if (is_measuring_) {
    if (read_ns_ == 0) read_ns_ = now_ns();
    latencies_ns_.push_back(read_ns_ - stamp.sent_ns);
  }
  if (frame.qos() == Qos::at_least_once) put_ack(PacketType::puback, message.id, crowd_.out_of(subscriber));
  if (frame.qos() == Qos::exactly_once) put_ack(PacketType::pubrec, message.id, crowd_.out_of(subscriber));
  if (stream != stamp.stream) end_batch(stream, stamp.sequence);
}

void Traffic::on_receivers_packet(std::uint32_t subscriber, const Frame& frame) {
  if (frame.type() == PacketType::pubrel) {
    put_ack(PacketType::pubcomp, frame.id(), crowd_.out_of(subscriber));
  }
}

void Traffic::on_publishers_packet(std::uint32_t stream, const Frame& frame) {
  if (frame.type() == PacketType::pubrec) {
    put_ack(PacketType::pubrel, frame.id(), crowd_.out_of(plan_.subscribers + stream));
  }
  const bool is_last = plan_.qos == Qos::at_least_once ? frame.type() == PacketType::puback
                                                       : frame.type() == PacketType::pubcomp;
  if (is_last) on_acknowledged(stream, frame.id());
}

void Traffic::on_acknowledged(std::uint32_t stream, PacketId id) {
  Publisher& publisher = publishers_[stream];
  const std::uint32_t sequence = publisher.acknowledged++;
  ++acknowledged_;
  if (id != packet_id(sequence)) ledger_.acknowledged_out_of_order();
  if (publisher.acknowledged % plan_.batch == 0) end_batch(stream, sequence);
}

void Traffic::end_batch(std::uint32_t stream, std::uint32_t sequence) {
  if (stream >= publishers_.size() || plan_.rate != 0) return;
  if (publishers_[stream].window.on_end(sequence / plan_.batch)) send_batches(stream);
}

void Traffic::send_batches(std::uint32_t stream) {
  Window& window = publishers_[stream].window;
  while (is_sending_ && window.may_send()) {
    window.on_sent();
    const std::int64_t now = now_ns();
    for (std::uint32_t i = 1; i <= plan_.batch; ++i) send(stream, i == plan_.batch, now);
  }
}

/// Everything whose time has come, also what the generator is late with: its lateness counts as latency, so
/// that a broker that stalls cannot hide the messages that would have come meanwhile (coordinated omission).
void Traffic::send_due() {
  const std::int64_t interval = ns_per_s / plan_.rate;
  for (const std::int64_t now = now_ns(); next_due_ns_ <= now; next_due_ns_ += interval) {
    send(next_stream_, false, next_due_ns_);
    next_stream_ = next_stream_ + 1 == plan_.publishers ? 0 : next_stream_ + 1;
  }
  crowd_.flush();
}

void Traffic::send(std::uint32_t stream, bool ends_batch, std::int64_t sent_ns) {
  const Publisher& publisher = publishers_[stream];
  const std::uint32_t sequence = sent_[stream]++;
  const Publishing publishing{.topic = publisher.topic, .qos = plan_.qos, .id = packet_id(sequence)};
  base::Buffer& out = crowd_.out_of(plan_.subscribers + stream);
  put_stamp({ends_batch ? stream | ends_batch_bit : stream, sequence, sent_ns},
            put_publish(publishing, payload_bytes(plan_, stream, sequence), out));
  due_ += publisher.receivers;
  acknowledgements_due_ += plan_.qos == Qos::at_most_once ? 0 : 1;
}

}  // namespace load
