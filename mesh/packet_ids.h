// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <random>

#include "broker/base/guarded.h"

namespace mesh {

/// Numbers for the broker's own packets. An id and a sender make the nonce of a packet, so none may return:
/// like the devices' ids these have a counter of ten bits below 22 random ones, which start anew with every
/// process. Any thread.
class PacketIds {
 public:
  /// 0: seeded by the system.
  explicit PacketIds(std::uint64_t seed) : state_(State{std::mt19937_64(seed_of(seed))}) {}

  /// Never 0.
  std::uint32_t next() {
    return state_.with([](State& state) {
      std::uint32_t id = 0;
      while (id == 0) {
        state.count = (state.count + 1) & 0x3ff;
        id = static_cast<std::uint32_t>(state.random() >> 42U) << 10U | state.count;
      }
      return id;
    });
  }
  std::uint32_t random() {
    return state_.with([](State& state) { return static_cast<std::uint32_t>(state.random() >> 32U); });
  }
  std::array<std::uint8_t, 4> random_bytes() {
    const std::uint32_t number = random();
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<std::uint8_t>(number >> (8 * i) & 0xff);
    return bytes;
  }

 private:
  struct State {
    std::mt19937_64 random;
    std::uint32_t count = 0;
  };
  static std::uint64_t seed_of(std::uint64_t seed) {
    if (seed != 0) return seed;
    std::random_device system;
    return static_cast<std::uint64_t>(system()) << 32U | system();
  }

  base::Guarded<State> state_;
};

}  // namespace mesh
