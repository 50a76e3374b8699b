// SPDX-License-Identifier: Apache-2.0
// What may happen in a run, as six bytes: a run is a list of them, made from a seed or by a fuzzer. What they
// refer to (whose turn it is to be answered, which topic) is taken from what is there when the act is played,
// so that any list means something and still does when acts are left out of it.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "broker/core/limits.h"

namespace simulation {

enum class Kind : std::uint8_t {
  connect,  // also while connected: a takeover
  publish,
  subscribe,
  unsubscribe,
  answer,      // one acknowledgement that the client owes, perhaps not for the last time
  answer_all,  // all of them, in one turn
  stray_ack,   // of any kind, with any id
  pubrel_storm,
  ping,
  disconnect,
  lose,        // the connection, with some of the bytes under way
  malformed,   // bytes that are no MQTT
  impossible,  // MQTT, but not now or not from a client
  stall,       // the client's socket refuses bytes
  take_some,
  drain,
  others,  // so many messages to other clients that packet ids come round again
  pass,    // time
  end_,
};

struct Act {
  Kind kind = Kind::pass;
  std::uint8_t client = 0;
  std::array<std::uint8_t, 3> choice{};
  std::uint8_t way = 0;  // how bytes get to the broker (at once, in two turns, with what comes later), and
                         // whether the turn ends behind the act
};
inline constexpr std::size_t act_bytes = 6;

/// The limits and number of clients of one run.
struct Setup {
  core::Limits limits;
  std::size_t clients = 3;
};

/// From four bytes; small limits are as frequent as those that are never reached.
[[nodiscard]] Setup make_setup(const std::array<std::uint8_t, 4>& choice);
/// From six bytes.
[[nodiscard]] Act make_act(const std::array<std::uint8_t, act_bytes>& choice);

struct Program {
  Setup setup;
  std::vector<Act> acts;
};
/// The same for the same seed, on every machine.
[[nodiscard]] Program make_program(std::uint64_t seed, std::size_t acts);

}  // namespace simulation
