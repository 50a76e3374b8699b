// SPDX-License-Identifier: Apache-2.0
#include "broker/net/loop.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "broker/base/check.h"
#include "broker/net/tcp_stream.h"

namespace net {
namespace {

/// Lists kept for reuse; more come and go.
constexpr std::size_t spare_lists = 1024;
/// Pieces a kept list may have room for; a burst's list goes.
constexpr std::size_t spare_capacity = 1024;

constexpr std::uint64_t ns_per_ms = 1'000'000;

}  // namespace

Loop::Loop(LoopSizes sizes)
    : sizes_(sizes),
      arena_(std::make_unique_for_overwrite<std::uint8_t[]>(sizes.arena)),
      turn_(sizes.arena / 2),
      costly_left_(sizes.costly_per_turn) {
  CHECK(uv_loop_init(&loop_) == 0);
  prepare_.reset(new uv_prepare_t);
  CHECK(uv_prepare_init(&loop_, prepare_.get()) == 0);
  prepare_->data = this;
  uv_prepare_start(prepare_.get(),
                   [](uv_prepare_t* handle) { static_cast<Loop*>(handle->data)->on_prepare(); });
  uv_unref(reinterpret_cast<uv_handle_t*>(prepare_.get()));
  idle_.reset(new uv_idle_t);
  CHECK(uv_idle_init(&loop_, idle_.get()) == 0);
}

Loop::~Loop() {
  prepare_.reset();
  idle_.reset();
  uv_run(&loop_, UV_RUN_DEFAULT);  // the close callbacks of everything that lived here
  CHECK(uv_loop_close(&loop_) == 0);
}

void Loop::run() { uv_run(&loop_, UV_RUN_DEFAULT); }

base::TimePoint Loop::now() const { return base::TimePoint(base::Duration(uv_now(&loop_))); }

std::span<std::uint8_t> Loop::keep_until_flush(std::vector<std::uint8_t> bytes) {
  kept_bytes_ += bytes.size();
  kept_.push_back(std::move(bytes));
  return kept_.back();
}

/// Whatever wakes it up first.
void Loop::begin_turn() { turn_times_.begin(uv_now(&loop_)); }

/// prepare sees what timers and mail have caused too, and is the last thing before the loop waits.
void Loop::on_prepare() {
  begin_turn();
  go_on_with_postponed();
  const bool owner_has_more = hooks_.before_flush && hooks_.before_flush();
  const bool has_more = owner_has_more || !postponed_.empty();
  flush_streams();
  if (hooks_.after_flush) hooks_.after_flush();
  reset_memory();
  if (is_stopping_) uv_stop(&loop_);
  turn_times_.end(uv_hrtime() / ns_per_ms);
  if (has_more) {
    uv_idle_start(idle_.get(), [](uv_idle_t*) {});  // the wait becomes a look
  } else {
    uv_idle_stop(idle_.get());
  }
}

/// One allowance for them, a fresh one for what is read next; who has waited longest is first. As many as
/// wait now: who is postponed again waits.
void Loop::go_on_with_postponed() {
  costly_left_ = sizes_.costly_per_turn;
  if (postponed_.empty()) return;
  is_going_on_ = true;
  for (std::size_t waiting = postponed_.size(); waiting > 0 && costly_left_ > 0; --waiting) {
    TcpStream* stream = postponed_.front();
    postponed_.pop_front();
    if (stream != nullptr) stream->go_on();
  }
  is_going_on_ = false;
  costly_left_ = sizes_.costly_per_turn;
}

void Loop::forget_postponed(const TcpStream& stream) {
  std::ranges::replace(postponed_, const_cast<TcpStream*>(&stream), static_cast<TcpStream*>(nullptr));
}

void Loop::flush_streams() {
  if (hooks_.before_write) hooks_.before_write();
  // By index: a stream that fails tells its owner, whose will may reach further streams.
  for (std::size_t i = 0; i < dirty_.size(); ++i) {
    if (dirty_[i] != nullptr) dirty_[i]->flush();
  }
  dirty_.clear();
  heavy_.clear();
  pieces_ = 0;
}

void Loop::flush_heavy_streams() {
  if (hooks_.before_write) hooks_.before_write();
  for (std::size_t i = 0; i < heavy_.size(); ++i) {
    if (heavy_[i] != nullptr) heavy_[i]->flush();
  }
  heavy_.clear();
}

void Loop::reset_memory() {
#ifndef NDEBUG
  std::memset(arena_.get(), 0xdd, read_used_);  // a view kept past the flush must show
#endif
  read_used_ = 0;
  turn_.reset();
  kept_.clear();
  kept_bytes_ = 0;
}

/// Where the next read goes: behind the last one. There is always room for one: after_read sees to it.
uv_buf_t Loop::read_room() {
  begin_turn();
  return uv_buf_init(reinterpret_cast<char*>(arena_.get() + read_used_), static_cast<unsigned>(sizes_.read));
}

/// With less room than one read, or much else in memory, the turn's output goes out early. Here no view is
/// alive any more. (Not where libuv asks for room: a stream that fails in the flush stops reading, and
/// libuv 1.44 would call the read callback that is gone.)
void Loop::after_read() {
  if (sizes_.arena - read_used_ >= sizes_.read && turn_.used() + kept_bytes_ < bytes_per_flush) return;
  flush_streams();
  reset_memory();
}

void Loop::forget(const TcpStream& stream) {
  for (std::vector<TcpStream*>* list : {&dirty_, &heavy_}) {
    std::ranges::replace(*list, const_cast<TcpStream*>(&stream), static_cast<TcpStream*>(nullptr));
  }
}

PieceList Loop::take_piece_list() {
  if (spare_pieces_.empty()) return {};
  PieceList pieces = std::move(spare_pieces_.back());
  spare_pieces_.pop_back();
  return pieces;
}

void Loop::give_back(PieceList pieces) {
  pieces.clear();
  if (spare_pieces_.size() < spare_lists && pieces.capacity() <= spare_capacity)
    spare_pieces_.push_back(std::move(pieces));
}

}  // namespace net
