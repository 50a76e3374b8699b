// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fuzz {

/// What a server has to make of a client's frames, read from RFC 6455 section 5 once more, slowly and without
/// a library: to be compared with.
class NaiveWebSocket {
 public:
  enum class State {
    open,     // all of it is understood
    unclear,  // it ends within a header or right behind one: a fault in that is seen now or further on
    over,     // a Close, or what a server does not take
  };

  State hear(std::span<const std::uint8_t> bytes) {
    rest_ = bytes;
    while (!rest_.empty()) {
      if (!take_header() || (rest_.empty() && length_ != 0)) return State::unclear;
      if (!is_allowed()) return State::over;
      if (opcode_ == close) return State::over;
      take_payload();
    }
    return State::open;
  }
  /// The payloads of all data frames, as far as they came.
  const std::vector<std::uint8_t>& up() const { return up_; }

 private:
  enum Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
  static constexpr std::uint64_t longest_message = (1ULL << 31U) - 1;

  /// False: more has to come.
  bool take_header() {
    if (rest_.size() < 2) return false;
    is_final_ = (rest_[0] & 0x80U) != 0;
    reserved_ = rest_[0] & 0x70U;
    opcode_ = rest_[0] & 0x0fU;
    is_masked_ = (rest_[1] & 0x80U) != 0;
    const std::size_t short_length = rest_[1] & 0x7fU;
    const std::size_t length_bytes = short_length == 127 ? 8 : short_length == 126 ? 2 : 0;
    const std::size_t header_bytes = 2 + length_bytes + (is_masked_ ? 4 : 0);
    if (rest_.size() < header_bytes) return false;
    length_ = length_bytes == 0 ? short_length : 0;
    for (std::size_t i = 0; i < length_bytes; ++i) length_ = length_ << 8U | rest_[2 + i];
    is_shortest_ = length_bytes == 0 || (length_bytes == 2 ? length_ >= 126 : length_ > 0xffff);
    if (is_masked_) key_ = rest_.subspan(header_bytes - 4, 4);
    rest_ = rest_.subspan(header_bytes);
    return true;
  }

  bool is_allowed() {
    if (!is_masked_ || reserved_ != 0 || !is_shortest_) return false;
    if (opcode_ == close || opcode_ == ping || opcode_ == pong) return is_final_ && length_ <= 125;
    if (opcode_ != (is_in_message_ ? continuation : binary)) return false;
    message_ = is_in_message_ ? message_ : 0;
    is_in_message_ = !is_final_;
    return length_ <= longest_message && (message_ += length_) <= longest_message;
  }

  void take_payload() {
    const auto here = static_cast<std::size_t>(std::min<std::uint64_t>(length_, rest_.size()));
    const bool is_data = opcode_ == binary || opcode_ == continuation;
    for (std::size_t i = 0; is_data && i < here; ++i)
      up_.push_back(static_cast<std::uint8_t>(rest_[i] ^ key_[i % 4]));
    rest_ = rest_.subspan(here);
  }

  std::span<const std::uint8_t> rest_;
  std::vector<std::uint8_t> up_;
  bool is_in_message_ = false;
  std::uint64_t message_ = 0;  // its length so far
  // Of the frame:
  bool is_final_ = false;
  bool is_masked_ = false;
  bool is_shortest_ = false;
  unsigned reserved_ = 0;
  std::uint8_t opcode_ = 0;
  std::uint64_t length_ = 0;
  std::span<const std::uint8_t> key_;
};

}  // namespace fuzz
