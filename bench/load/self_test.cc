// SPDX-License-Identifier: Apache-2.0
#include "bench/load/self_test.h"

#include <vector>

#include <fmt/format.h>

#include "bench/load/ledger.h"
#include "bench/load/stamp.h"

namespace load {
namespace {

struct Arrival {
  std::uint32_t subscriber, stream, sequence;
};

/// Two subscribers, two publishers; subscriber 0 wants both streams, 1 only the second. Of each stream four
/// messages are sent.
struct Case {
  std::string_view name;
  std::vector<Arrival> arrivals;
  Faults faults;
};

Faults verdict(const std::vector<Arrival>& arrivals) {
  Ledger ledger(2, 2);
  ledger.want(0, 0);
  ledger.want(0, 1);
  ledger.want(1, 1);
  for (const Arrival& arrival : arrivals) ledger.take(arrival.subscriber, arrival.stream, arrival.sequence);
  for (std::uint32_t sequence = 0; sequence < 4; ++sequence) {
    ledger.take(0, 1, sequence);
    ledger.take(1, 1, sequence);
  }
  return ledger.close(std::vector<std::uint32_t>{4, 4});
}

bool is_same(const Faults& a, const Faults& b) {
  return a.lost == b.lost && a.doubled == b.doubled && a.reordered == b.reordered && a.stray == b.stray;
}

std::vector<Case> cases() {
  return {
      {"all in order", {{0, 0, 0}, {0, 0, 1}, {0, 0, 2}, {0, 0, 3}}, {}},
      {"one lost in the middle", {{0, 0, 0}, {0, 0, 2}, {0, 0, 3}}, {.lost = 1}},
      {"the last two lost", {{0, 0, 0}, {0, 0, 1}}, {.lost = 2}},
      {"the first lost", {{0, 0, 1}, {0, 0, 2}, {0, 0, 3}}, {.lost = 1}},
      {"all lost", {}, {.lost = 4}},
      {"one twice in a row", {{0, 0, 0}, {0, 0, 0}, {0, 0, 1}, {0, 0, 2}, {0, 0, 3}}, {.doubled = 1}},
      {"one again later", {{0, 0, 0}, {0, 0, 1}, {0, 0, 2}, {0, 0, 3}, {0, 0, 1}}, {.doubled = 1}},
      {"two swapped", {{0, 0, 0}, {0, 0, 2}, {0, 0, 1}, {0, 0, 3}}, {.reordered = 1}},
      {"the first comes last", {{0, 0, 1}, {0, 0, 2}, {0, 0, 3}, {0, 0, 0}}, {.reordered = 1}},
      {"swapped, and the late one twice",
       {{0, 0, 0}, {0, 0, 2}, {0, 0, 1}, {0, 0, 1}, {0, 0, 3}},
       {.doubled = 1, .reordered = 1}},
      {"one at who did not ask", {{0, 0, 0}, {0, 0, 1}, {1, 0, 0}, {0, 0, 2}, {0, 0, 3}}, {.stray = 1}},
      {"one more than was sent", {{0, 0, 0}, {0, 0, 1}, {0, 0, 2}, {0, 0, 3}, {0, 0, 4}}, {.stray = 1}},
      {"of no publisher", {{0, 0, 0}, {0, 0, 1}, {0, 7, 0}, {0, 0, 2}, {0, 0, 3}}, {.stray = 1}},
  };
}

bool sees_damage() {
  std::vector<std::uint8_t> payload(100);
  put_stamp({7, 8, 9}, payload);
  Stamp stamp;
  const bool is_whole = get_stamp(payload, stamp) && stamp.stream == 7 && stamp.sequence == 8;
  payload.pop_back();
  return is_whole && !get_stamp(payload, stamp) && !get_stamp(std::span(payload).first(10), stamp);
}

}  // namespace

bool check_of_the_check() {
  bool is_right = sees_damage();
  if (!is_right) fmt::print(stderr, "self-test: a damaged payload was taken for whole\n");
  for (const Case& each : cases()) {
    const Faults seen = verdict(each.arrivals);
    if (is_same(seen, each.faults)) continue;
    is_right = false;
    fmt::print(stderr, "self-test: {}: lost {}, doubled {}, reordered {}, stray {}\n", each.name, seen.lost,
               seen.doubled, seen.reordered, seen.stray);
  }
  return is_right;
}

}  // namespace load
