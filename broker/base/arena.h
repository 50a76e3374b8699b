// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "broker/base/bytes.h"

namespace base {

/// Turn memory: bump allocation for what lives until the loop turn's flush (frames built for a fan-out,
/// acknowledgements, outgoing JSON). Owned by the worker, its thread only. `reset` frees nothing of the first
/// chunk, so a calm turn allocates nothing; neighbours taken one after the other lie side by side.
class Arena {
 public:
  explicit Arena(std::size_t chunk_bytes = 256 * 1024) : chunk_bytes_(chunk_bytes) {}

  std::span<std::uint8_t> take(std::size_t bytes) {
    if (bytes > room_) grow(bytes);
    const std::span<std::uint8_t> taken{next_, bytes};
    next_ += bytes;
    room_ -= bytes;
    used_ += bytes;
    return taken;
  }

  Bytes copy(Bytes bytes) {
    const std::span<std::uint8_t> into = take(bytes.size());
    if (!bytes.empty()) std::memcpy(into.data(), bytes.data(), bytes.size());
    return into;
  }

  /// Everything taken so far is gone. The caller has flushed every view into it.
  void reset() {
    if (used_ == 0) return;
    if (chunks_.size() > 1) chunks_.resize(1);
    next_ = chunks_.front().memory.get();
    room_ = chunks_.front().bytes;
    used_ = 0;
    poison();
  }

  std::size_t used() const { return used_; }

 private:
  struct Chunk {
    std::unique_ptr<std::uint8_t[]> memory;
    std::size_t bytes;
  };

  void grow(std::size_t bytes) {
    const std::size_t size = std::max(bytes, chunk_bytes_);
    chunks_.push_back({std::make_unique_for_overwrite<std::uint8_t[]>(size), size});
    next_ = chunks_.back().memory.get();
    room_ = size;
  }

  /// A view kept past the flush shows as nonsense in the tests instead of as luck.
  void poison() {
#ifndef NDEBUG
    std::memset(next_, 0xdd, room_);
#endif
  }

  std::size_t chunk_bytes_;
  std::vector<Chunk> chunks_;
  std::uint8_t* next_ = nullptr;
  std::size_t room_ = 0;
  std::size_t used_ = 0;
};

}  // namespace base
