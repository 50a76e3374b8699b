// SPDX-License-Identifier: Apache-2.0
// The format is SQLite's, "The Write-Ahead Log" of its database file format; all its numbers are big-endian.
#include "broker/store/wal.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <vector>

#include "broker/base/bytes.h"

namespace store {
namespace {

constexpr std::size_t file_header_bytes = 32, frame_header_bytes = 24;
/// Its lowest bit says in which order of bytes the checksums were made.
constexpr std::uint32_t magic = 0x377f0682;
constexpr std::uint32_t least_page = 512, largest_page = 65536;

std::uint32_t big_endian(const std::uint8_t* at) {
  return std::uint32_t{at[0]} << 24U | std::uint32_t{at[1]} << 16U | std::uint32_t{at[2]} << 8U | at[3];
}

std::uint32_t little_endian(const std::uint8_t* at) {
  return std::uint32_t{at[3]} << 24U | std::uint32_t{at[2]} << 16U | std::uint32_t{at[1]} << 8U | at[0];
}

/// SQLite's checksum, which goes on from frame to frame.
class Sum {
 public:
  explicit Sum(bool is_big_endian) : word_(is_big_endian ? big_endian : little_endian) {}

  void add(base::Bytes bytes) {
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
      first_ += word_(&bytes[i]) + second_;
      second_ += word_(&bytes[i + 4]) + first_;
    }
  }
  bool is_at(const std::uint8_t* at) const {
    return first_ == big_endian(at) && second_ == big_endian(at + 4);
  }

 private:
  std::uint32_t (*word_)(const std::uint8_t*);
  std::uint32_t first_ = 0, second_ = 0;
};

/// Goes through a log, frame by frame.
class Reading {
 public:
  explicit Reading(const std::string& path) : file_(path, std::ios::binary) {}

  bool is_there() { return read(header_); }
  bool is_header_right() {
    const std::uint32_t page = big_endian(&header_[8]);
    if ((big_endian(header_.data()) & ~1U) != magic || page < least_page || page > largest_page) return false;
    sum_ = Sum((header_[3] & 1U) != 0);
    sum_.add(base::Bytes(header_).first(24));
    frame_.resize(frame_header_bytes + page);
    return sum_.is_at(&header_[24]);
  }
  bool next() { return read(frame_); }
  /// By its salts, which each log has anew.
  bool is_of_this_log() const {
    return big_endian(&frame_[8]) == big_endian(&header_[16]) &&
           big_endian(&frame_[12]) == big_endian(&header_[20]);
  }
  bool is_frame_right() {
    const base::Bytes frame(frame_);
    sum_.add(frame.first(8));
    sum_.add(frame.subspan(frame_header_bytes));
    return is_of_this_log() && sum_.is_at(&frame_[16]);
  }

 private:
  template <class Buffer>
  bool read(Buffer& buffer) {
    return static_cast<bool>(
        file_.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(buffer.size())));
  }

  std::ifstream file_;
  std::array<std::uint8_t, file_header_bytes> header_{};
  std::vector<std::uint8_t> frame_;
  Sum sum_{false};
};

}  // namespace

std::string wal_damage(const std::string& path) {
  Reading log(path);
  if (!log.is_there()) return {};
  if (!log.is_header_right()) return "the header of the write-ahead log is not what was written";
  std::uint64_t right = 0;
  while (log.next()) {
    if (!log.is_frame_right()) break;
    ++right;
  }
  while (log.next()) {
    if (log.is_of_this_log())
      return "the write-ahead log is damaged behind frame " + std::to_string(right) + ", and goes on";
  }
  return {};
}

}  // namespace store
