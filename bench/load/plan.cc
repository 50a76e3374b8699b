// SPDX-License-Identifier: Apache-2.0
#include "bench/load/plan.h"

#include <charconv>

#include <fmt/format.h>

#include "bench/load/fail.h"
#include "bench/load/window.h"

namespace load {
namespace {

// The windows are chosen so that the broker's core is busy and the generator's is not (bench/README.md).
constexpr Plan table[] = {
    {.shape = "fanin", .publishers = 100, .subscribers = 1, .batch = 100, .depth = 2, .about = "100 -> 1"},
    {.shape = "fanout", .publishers = 1, .subscribers = 100, .batch = 100, .depth = 4, .about = "1 -> 100"},
    {.shape = "pairs",
     .routes = Routes::pairs,
     .publishers = 50,
     .subscribers = 50,
     .batch = 100,
     .depth = 2,
     .about = "50 times 1 -> 1"},
    {.shape = "wildcard",
     .routes = Routes::gateways,
     .publishers = 1000,
     .subscribers = 100,
     .depth = 2,
     .smallest = 60,
     .largest = 230,
     .about = "1,000 gateways, 10,000 wildcard filters, 10 receivers each, 60-230 B"},
    {.shape = "fanin-sparse", .publishers = 1000, .subscribers = 1, .about = "one in flight, 1,000 -> 1"},
    {.shape = "fanout-sparse", .publishers = 1, .subscribers = 100, .about = "one in flight, 1 -> 100"},
    {.shape = "pairs-sparse",
     .routes = Routes::pairs,
     .publishers = 100,
     .subscribers = 100,
     .about = "one in flight each, 100 times 1 -> 1"},
    {.shape = "paced",
     .routes = Routes::pairs,
     .publishers = 50,
     .subscribers = 50,
     .rate = 5000,
     .about = "5,000 messages a second over 50 pairs; latency from the intended time"},
    {.shape = "ten", .publishers = 1, .subscribers = 10, .batch = 50, .about = "1 -> 10, bursts of 50"},
    {.shape = "ten-paced",
     .publishers = 1,
     .subscribers = 10,
     .rate = 1000,
     .about = "1 -> 10, 1,000 a second"},
    {.shape = "connections", .kind = Kind::connections, .count = 10'000, .about = "10,000 clients connect"},
    {.shape = "retained", .kind = Kind::retained, .count = 100'000, .about = "100,000 topics, then one '#'"},
    {.shape = "mesh",
     .kind = Kind::mesh,
     .publishers = 100,
     .subscribers = 1,
     .batch = 200,
     .depth = 2,
     .count = 50'000,
     .about = "encrypted envelopes, each heard by 4 of 100 gateways -> one JSON subscriber"},
    {.shape = "mesh-told",
     .kind = Kind::mesh,
     .publishers = 100,
     .subscribers = 2,
     .batch = 200,
     .depth = 2,
     .count = 50'000,
     .told = 1,
     .about = "the same, and somebody subscribes to mesh/#"},
    {.shape = "durable",
     .kind = Kind::durable,
     .qos = mqtt::Qos::at_least_once,
     .publishers = 100,
     .subscribers = 1,
     .batch = 10,
     .depth = 2,
     .count = 200'000,
     .about = "100, each 20 outstanding, -> one lasting session that is away"},
    {.shape = "durable-paced",
     .kind = Kind::durable,
     .qos = mqtt::Qos::at_least_once,
     .publishers = 100,
     .subscribers = 1,
     .rate = 2000,
     .about = "the same at 2,000 a second; latency of the acknowledgement"},
};

struct Setting {
  std::string_view name;
  std::uint32_t Plan::*field;
  std::uint32_t smallest;
  std::string_view about;
};

constexpr Setting settings[] = {
    {"--port", &Plan::port, 1, "of the broker on 127.0.0.1 (1883)"},
    {"--pid", &Plan::pid, 0, "of the broker, to read its CPU time and memory"},
    {"--publishers", &Plan::publishers, 1, ""},
    {"--subscribers", &Plan::subscribers, 1, ""},
    {"--batch", &Plan::batch, 1, "messages in one write"},
    {"--depth", &Plan::depth, 1, "batches outstanding, 16 at most"},
    {"--rate", &Plan::rate, 0, "messages a second; 0: as the window allows"},
    {"--smallest", &Plan::smallest, 20, "payload bytes"},
    {"--largest", &Plan::largest, 20, "payload bytes"},
    {"--count", &Plan::count, 1, "connections, retained topics, mesh packets, durable messages"},
    {"--warmup-ms", &Plan::warmup_ms, 0, "before measuring (500)"},
    {"--measure-ms", &Plan::measure_ms, 1, "(1500)"},
};

std::uint32_t number_of(std::string_view text, std::uint32_t smallest, std::string_view name) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < smallest) {
    fail(fmt::format("{} wants a number of at least {}, not '{}'", name, smallest, text));
  }
  return value;
}

void set(Plan& plan, std::string_view name, std::string_view value) {
  if (name == "--qos") {
    plan.qos = static_cast<mqtt::Qos>(number_of(value, 0, name));
    return;
  }
  for (const Setting& setting : settings) {
    if (setting.name != name) continue;
    plan.*setting.field = number_of(value, setting.smallest, name);
    return;
  }
  fail(fmt::format("no option '{}'", name));
}

Plan shape_of(std::string_view name) {
  for (const Plan& plan : table) {
    if (plan.shape == name) return plan;
  }
  fail(fmt::format("no shape '{}'", name));
}

void check(const Plan& plan) {
  if (plan.depth > Window::most_depth) fail(fmt::format("--depth is {} at most", Window::most_depth));
  if (std::uint64_t{plan.depth} * plan.batch > 65535) fail("more outstanding messages than packet ids");
  if (plan.routes == Routes::gateways && plan.publishers < 100) fail("at least 100 gateways");
  if (plan.kind == Kind::durable && plan.qos == mqtt::Qos::at_most_once) fail("QoS 0 is never durable");
  if (plan.smallest > plan.largest) fail("--smallest is larger than --largest");
  if (plan.qos > mqtt::Qos::exactly_once) fail("--qos is 0, 1 or 2");
  if (plan.routes == Routes::pairs && plan.publishers != plan.subscribers)
    fail("as many publishers as subscribers");
}

}  // namespace

Plan plan_of(std::span<const std::string_view> arguments) {
  Plan plan = shape_of(arguments.front());
  arguments = arguments.subspan(1);
  for (; arguments.size() >= 2; arguments = arguments.subspan(2)) set(plan, arguments[0], arguments[1]);
  if (!arguments.empty()) fail(fmt::format("'{}' without a value", arguments.front()));
  check(plan);
  return plan;
}

std::string usage() {
  std::string text = "usage: meshbroker_load SHAPE [--option value]... | self-test\n\nshapes:\n";
  for (const Plan& plan : table) text += fmt::format("  {:<14} {}\n", plan.shape, plan.about);
  text += "\noptions:\n  --qos          0, 1 or 2 (0)\n";
  for (const Setting& setting : settings) text += fmt::format("  {:<14} {}\n", setting.name, setting.about);
  return text + "\nexit: 0 nothing lost, doubled or reordered; 1 something was; 2 no measurement\n";
}

std::string topic_of(std::uint32_t number) {
  return fmt::format("bench/EU_868/2/e/LongFast/!{:08x}", number * 2654435761U);
}

}  // namespace load
