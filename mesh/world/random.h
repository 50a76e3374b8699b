// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

namespace mesh::world {

/// The chance in a world: the same seed gives the same numbers on every machine, which the standard's
/// distributions do not promise (splitmix64).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27U) * 0x94d049bb133111eb;
    return z ^ z >> 31U;
  }
  std::uint32_t number() { return static_cast<std::uint32_t>(next() >> 32U); }
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(next() % end); }
  /// 0 to 1, without 1.
  double unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  double between(double low, double high) { return low + (high - low) * unit(); }
  float real(double low, double high) { return static_cast<float>(between(low, high)); }
  std::uint32_t count(std::uint32_t low, std::uint32_t high) {
    return low + static_cast<std::uint32_t>(below(high - low + 1));
  }
  bool chance(double probability) { return unit() < probability; }
  /// About a normal distribution: the sum of twelve.
  double normal(double deviation) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += unit();
    return sum * deviation;
  }
  std::string bytes(std::size_t size) {
    std::string out(size, '\0');
    for (char& each : out) each = static_cast<char>(next() & 0xffU);
    return out;
  }

 private:
  std::uint64_t state_;
};

}  // namespace mesh::world
