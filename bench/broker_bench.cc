// SPDX-License-Identifier: Apache-2.0
// The core between two flushes: one publish to 1 to 10,000 subscribers, and the replay of a full retained
// store. Links are counters, so what is measured is sessions and router alone. `by_copy` is what each
// delivery would cost if it were copied to its client instead of referenced.
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "broker/base/arena.h"
#include "broker/base/log.h"
#include "broker/core/broker.h"
#include "broker/mqtt/encode.h"

namespace {

constexpr std::string_view topic = "bench/EU_868/2/e/LongFast/!aabbccdd";
constexpr base::TimePoint now{base::Duration(1'000'000)};

/// Takes everything at once. What it would have to write is its count of pieces, or with `copies` its bytes.
class CountingLink final : public core::Link {
 public:
  explicit CountingLink(bool copies) : copies_(copies) {}

  void send(const mqtt::Packet&) override {}
  void ack(mqtt::PacketType, mqtt::PacketId) override {}
  void deliver(core::Outgoing& outgoing, const core::Delivery& delivery) override {
    const core::Form& form = outgoing.form(delivery);
    if (copies_) {
      out_.insert(out_.end(), form.head.begin(), form.head.end());
      out_.insert(out_.end(), form.payload.begin(), form.payload.end());
    }
    last_id_ = delivery.packet_id;
    ++delivered_;
  }
  void close(core::CloseReason, std::string_view) override {}
  void hold(core::Sequence) override {}
  std::size_t backlog() const override { return 0; }
  bool is_excused(base::TimePoint) override { return true; }
  std::string address() const override { return "192.0.2.7:1"; }

  void flush() { out_.clear(); }
  mqtt::PacketId last_id() const { return last_id_; }
  std::uint64_t delivered() const { return delivered_; }

 private:
  bool copies_;
  std::vector<std::uint8_t> out_;
  mqtt::PacketId last_id_ = 0;
  std::uint64_t delivered_ = 0;
};

struct Client {
  std::unique_ptr<CountingLink> link;
  core::Session* session;
};

/// One worker's broker without plugins.
class Bench {
 public:
  Client connect(const std::string& id, bool copies = false) {
    Client client{std::make_unique<CountingLink>(copies), nullptr};
    mqtt::Connect connect;
    connect.client_id = id;
    client.session = broker_.connect(*client.link, connect, now);
    return client;
  }
  static void subscribe(const Client& client, std::string_view filter, mqtt::Qos qos) {
    const mqtt::SubscriptionOptions options{.qos = qos};
    client.session->on_packet(mqtt::Subscribe{.packet_id = 1, .entries = {{filter, options}}}, now);
  }
  /// As after every flush.
  void end_turn() {
    broker_.end_turn();
    turn_.reset();
    broker_.after_flush();
  }
  bool work() { return broker_.work({}); }

 private:
  core::Limits limits_;
  base::Arena turn_;
  base::Log log_{base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {}};
  core::Commons commons_;
  core::Broker broker_{{.limits = limits_,
                        .turn = turn_,
                        .log = log_,
                        .new_client_id = [] { return std::string("none"); },
                        .commons = commons_}};
};

/// A PUBLISH as it lies in the read arena.
std::vector<std::uint8_t> frame_of(const mqtt::Publish& publish) {
  std::vector<std::uint8_t> frame(mqtt::publish_head_size(publish));
  mqtt::write_publish_head(publish, frame);
  frame.insert(frame.end(), publish.payload.begin(), publish.payload.end());
  return frame;
}

void fan_out(benchmark::State& state, mqtt::Qos qos, bool copies) {
  Bench bench;
  std::vector<Client> clients;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    clients.push_back(bench.connect("s" + std::to_string(i), copies));
    Bench::subscribe(clients.back(), "bench/#", qos);
  }
  const Client publisher = bench.connect("p");
  const std::string payload(100, 'x');
  const bool has_id = qos != mqtt::Qos::at_most_once;
  const mqtt::Publish publish{.topic = topic,
                              .payload = base::as_bytes(payload),
                              .qos = qos,
                              .packet_id = has_id ? mqtt::PacketId{7} : mqtt::PacketId{0}};
  std::vector<std::uint8_t> frame = frame_of(publish);
  for (auto _ : state) {
    publisher.session->on_publish(publish, frame, now);
    for (const Client& client : clients) {
      if (has_id) client.session->on_packet(mqtt::Puback{client.link->last_id()}, now);
      client.link->flush();
    }
    bench.end_turn();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(clients.front().link->delivered()) * state.range(0));
}

void fan_out_qos0(benchmark::State& state) { fan_out(state, mqtt::Qos::at_most_once, false); }
BENCHMARK(fan_out_qos0)->RangeMultiplier(10)->Range(1, 10'000);

void fan_out_qos0_by_copy(benchmark::State& state) { fan_out(state, mqtt::Qos::at_most_once, true); }
BENCHMARK(fan_out_qos0_by_copy)->RangeMultiplier(10)->Range(1, 10'000);

/// With the receivers' PUBACKs.
void fan_out_qos1(benchmark::State& state) { fan_out(state, mqtt::Qos::at_least_once, false); }
BENCHMARK(fan_out_qos1)->RangeMultiplier(10)->Range(1, 10'000);

/// One subscriber of "bench/#" is owed everything; items are its messages.
void retained_walk(benchmark::State& state) {
  Bench bench;
  const Client publisher = bench.connect("p");
  const std::string payload(100, 'x');
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const std::string name = "bench/EU_868/2/e/LongFast/!" + std::to_string(10'000'000 + i);
    publisher.session->on_publish({.topic = name, .payload = base::as_bytes(payload), .retain = true}, {},
                                  now);
    bench.end_turn();
  }
  const Client subscriber = bench.connect("s");
  for (auto _ : state) {
    Bench::subscribe(subscriber, "bench/#", mqtt::Qos::at_most_once);
    while (bench.work()) bench.end_turn();
    bench.end_turn();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(subscriber.link->delivered()));
}
BENCHMARK(retained_walk)->RangeMultiplier(10)->Range(100, 100'000);

}  // namespace
