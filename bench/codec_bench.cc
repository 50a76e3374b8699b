// SPDX-License-Identifier: Apache-2.0
// What every PUBLISH pays in the codec: frame, decode, the head of its outgoing form; and the two judges of
// text.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "broker/base/buffer.h"
#include "broker/mqtt/decode.h"
#include "broker/mqtt/encode.h"
#include "broker/mqtt/topic.h"
#include "broker/mqtt/utf8.h"

namespace {

constexpr std::string_view topic = "msh/EU_868/2/e/LongFast/!deadbeef";
constexpr std::size_t max_bytes = 1 << 20;

mqtt::Publish publish_of(base::Bytes payload, mqtt::Qos qos) {
  mqtt::Publish publish;
  publish.topic = topic;
  publish.payload = payload;
  publish.qos = qos;
  publish.packet_id = qos == mqtt::Qos::at_most_once ? 0 : 7;
  return publish;
}

/// A read of 64 KiB, as the loop gets it: PUBLISH after PUBLISH with payloads of 100 bytes.
void frame_and_decode_publish(benchmark::State& state) {
  const std::vector<std::uint8_t> payload(100, 0x55);
  base::Buffer stream;
  std::int64_t packets = 0;
  for (; stream.size() < 64 * 1024; ++packets) {
    mqtt::encode(publish_of(payload, static_cast<mqtt::Qos>(state.range(0))), mqtt::Version::v311, stream);
  }
  for (auto _ : state) {
    base::Bytes rest = stream.bytes();
    while (!rest.empty()) {
      const auto frame = mqtt::next_frame(rest, max_bytes);
      const auto publish = mqtt::decode_publish(**frame, mqtt::Version::v311);
      benchmark::DoNotOptimize(publish->payload.data());
      rest = rest.subspan((*frame)->bytes.size());
    }
  }
  state.SetItemsProcessed(state.iterations() * packets);
}
BENCHMARK(frame_and_decode_publish)->ArgName("qos")->DenseRange(0, 2);

void write_publish_head(benchmark::State& state) {
  const std::vector<std::uint8_t> payload(100, 0x55);
  const mqtt::Publish publish = publish_of(payload, static_cast<mqtt::Qos>(state.range(0)));
  std::vector<std::uint8_t> head(mqtt::publish_head_size(publish));
  for (auto _ : state) {
    mqtt::write_publish_head(publish, head);
    benchmark::DoNotOptimize(head.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(write_publish_head)->ArgName("qos")->DenseRange(0, 1);

void decode_subscribe(benchmark::State& state) {
  base::Buffer out;
  const mqtt::Subscribe subscribe{1, {{"msh/EU_868/2/e/+/#", {}}, {"msh/EU_868/2/json/#", {}}}};
  mqtt::encode(subscribe, mqtt::Version::v311, out);
  const auto frame = mqtt::next_frame(out.bytes(), max_bytes).value().value();
  for (auto _ : state) benchmark::DoNotOptimize(mqtt::decode(frame, mqtt::Version::v311));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode_subscribe);

void matches(benchmark::State& state, std::string_view filter) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(filter);
    benchmark::DoNotOptimize(mqtt::matches(filter, topic));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(matches, exact, topic);
BENCHMARK_CAPTURE(matches, plus, "msh/+/2/e/+/!deadbeef");
BENCHMARK_CAPTURE(matches, hash, "msh/EU_868/2/#");
BENCHMARK_CAPTURE(matches, miss, "msh/US/2/e/#");

void is_valid_utf8(benchmark::State& state, std::string_view pattern) {
  std::string text;
  while (text.size() < static_cast<std::size_t>(state.range(0))) text += pattern;
  for (auto _ : state) {
    benchmark::DoNotOptimize(text.data());
    benchmark::DoNotOptimize(mqtt::is_valid_utf8(text));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK_CAPTURE(is_valid_utf8, ascii, "a")->Arg(8)->Arg(33)->Arg(256);
BENCHMARK_CAPTURE(is_valid_utf8, german, "Küche ")->Arg(33)->Arg(256);
BENCHMARK_CAPTURE(is_valid_utf8, emoji, "🐝")->Arg(33)->Arg(256);

void is_valid_topic(benchmark::State& state) {
  const std::string text(static_cast<std::size_t>(state.range(0)), 'a');
  for (auto _ : state) {
    benchmark::DoNotOptimize(text.data());
    benchmark::DoNotOptimize(mqtt::is_valid_topic(text));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(is_valid_topic)->Arg(8)->Arg(33)->Arg(256);

}  // namespace
