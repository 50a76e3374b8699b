// SPDX-License-Identifier: Apache-2.0
// Who wants this topic: the subscription index with 1 to 1,000,000 filters, exact and with wildcards, hit and
// miss.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "broker/core/subscriptions.h"

namespace {

std::string gateway(std::int64_t number) {
  char id[10];
  std::snprintf(id, sizeof id, "!%08x", static_cast<unsigned>(number * 2654435761U));
  return id;
}

/// Distinct topics, so that the last topic's kept answer does not help.
std::vector<std::string> topics(std::int64_t gateways) {
  std::vector<std::string> all;
  for (std::int64_t i = 0; i < gateways; ++i) all.push_back("msh/EU_868/2/e/LongFast/" + gateway(i));
  return all;
}

void match_all(benchmark::State& state, core::Subscriptions& subscriptions,
               const std::vector<std::string>& asked) {
  std::size_t at = 0;
  std::size_t matches = 0;
  for (auto _ : state) {
    matches += subscriptions.match(asked[at]).size();
    at = at + 1 == asked.size() ? 0 : at + 1;
  }
  state.counters["matches"] = static_cast<double>(matches) / static_cast<double>(state.iterations());
}

void match_exact(benchmark::State& state) {
  core::Subscriptions subscriptions;
  const auto all = topics(state.range(0));
  for (std::size_t i = 0; i < all.size(); ++i) {
    subscriptions.set(all[i], {nullptr, static_cast<std::uint32_t>(i)}, {});
  }
  match_all(state, subscriptions, topics(1000));
}
BENCHMARK(match_exact)->RangeMultiplier(10)->Range(1, 1'000'000);

void match_wildcard_hit(benchmark::State& state) {
  core::Subscriptions subscriptions;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    subscriptions.set("msh/+/2/e/+/" + gateway(i), {nullptr, static_cast<std::uint32_t>(i)}, {});
  }
  match_all(state, subscriptions, topics(1000));
}
BENCHMARK(match_wildcard_hit)->RangeMultiplier(10)->Range(1, 1'000'000);

void match_wildcard_miss(benchmark::State& state) {
  core::Subscriptions subscriptions;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    subscriptions.set("zigbee2mqtt/+/" + gateway(i), {nullptr, static_cast<std::uint32_t>(i)}, {});
  }
  match_all(state, subscriptions, topics(1000));
}
BENCHMARK(match_wildcard_miss)->RangeMultiplier(10)->Range(1, 1'000'000);

/// One filter, many subscribers: what a fan-out asks once per publish.
void match_fan_out(benchmark::State& state) {
  core::Subscriptions subscriptions;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    subscriptions.set("msh/#", {nullptr, static_cast<std::uint32_t>(i)}, {});
  }
  match_all(state, subscriptions, {"msh/EU_868/2/e/LongFast/!a", "msh/EU_868/2/e/LongFast/!b"});
}
BENCHMARK(match_fan_out)->RangeMultiplier(10)->Range(1, 10'000);

void match_same_topic(benchmark::State& state) {
  core::Subscriptions subscriptions;
  subscriptions.set("msh/EU_868/2/e/LongFast/!a", {nullptr, 1}, {});
  match_all(state, subscriptions, {"msh/EU_868/2/e/LongFast/!a"});
}
BENCHMARK(match_same_topic);

void subscribe_unsubscribe(benchmark::State& state) {
  core::Subscriptions subscriptions;
  const auto all = topics(1000);
  std::size_t at = 0;
  for (auto _ : state) {
    subscriptions.set(all[at], {nullptr, 1}, {});
    subscriptions.remove(all[at], 1);
    at = at + 1 == all.size() ? 0 : at + 1;
  }
}
BENCHMARK(subscribe_unsubscribe);

}  // namespace
