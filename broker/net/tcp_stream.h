// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <uv.h>

#include "broker/base/bytes.h"
#include "broker/net/address.h"
#include "broker/net/descriptor.h"
#include "broker/net/handle.h"
#include "broker/net/layer_stack.h"
#include "broker/net/loop.h"

namespace net {

/// Who lives on a stream.
class StreamOwner {
 public:
  /// Bytes that may be written to, and live until the flush. None: only that layers had to answer something,
  /// and that the other side may not take it.
  virtual void on_bytes(std::span<std::uint8_t> bytes) = 0;
  /// The socket has refused bytes, which are kept: a backlog has begun. In the middle of a flush.
  virtual void on_refused() = 0;
  /// The socket has taken what it had refused.
  virtual void on_drained() = 0;
  /// More has been refused than all streams together may keep: this one is at its end, as after on_closed.
  virtual void on_overrun() = 0;
  /// The other side is gone or the socket failed (a libuv status), or a layer did (TcpStream::fault); nothing
  /// more comes. The stream stays, unused, until its owner destroys it after the flush.
  virtual void on_closed(int status) = 0;

 protected:
  ~StreamOwner() = default;
};

/// A closing status in words, for the log: "end of file", "connection reset by peer". A literal.
std::string_view status_text(int status);

/// A connection between two loops.
struct LooseStream {
  Descriptor socket = Descriptor();
  Address peer = {};
  bool is_proxied = false;
  std::unique_ptr<LayerStack> layers = nullptr;  // with what they have said and not written; null: none
};

/// One accepted connection. Owned by a greeting or a connection, of which there is always one; loop's
/// thread. Idle it holds no buffer. Layers (TLS, WebSocket) stand between its socket and its owner; a stream
/// without any has no more to do for them than to see that there are none, once a read and once a flush.
class TcpStream {
 public:
  using TcpHandle = HandlePtr<uv_tcp_t>;

  TcpStream(Loop& loop, TcpHandle handle, const Address& peer);
  /// A connected socket that has no handle yet; null: the system has refused it, and it is closed.
  static std::unique_ptr<TcpStream> adopt(Loop& loop, LooseStream loose);
  ~TcpStream();
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;

  /// Who is told from now on; reading goes on where it was.
  void set_owner(StreamOwner& owner) { owner_ = &owner; }
  void start_reading();
  void stop_reading();

  /// The owner is at its end: what has been said is still written once, but nothing is kept for later.
  void finish();

  /// Before anything is read.
  void set_layers(std::unique_ptr<LayerStack> layers) { layers_ = std::move(layers); }

  /// The connection, to go on with on another loop. Without a socket: no descriptors are left, or the other
  /// side has not taken all it was told; the stream is then as it was, and else of no use any more.
  [[nodiscard]] LooseStream detach();

  /// Adds bytes that live until the flush. They join the last piece when they are its neighbours in memory.
  void append(base::Bytes piece) {
    if (piece.empty()) return;
    if (piece.data() != joint_ || piece.size() >= room_till_heavy()) return append_apart(piece);
    joint_ += piece.size();
    piece_bytes_ += piece.size();
    pieces_.back().len += piece.size();
  }
  /// Bytes the socket has refused.
  std::size_t backlog() const;
  /// Bytes of the backlog the socket has taken since the stream began: a reader that is slow but alive.
  std::uint64_t taken() const { return refused_ ? refused_->all - backlog() : 0; }
  /// The client, as far as a proxy says who that is.
  const Address& peer() const { return peer_; }
  bool is_proxied() const { return is_proxied_; }
  /// Who has proved to be whom to a layer; empty: nobody.
  std::string user() const { return layers_ ? layers_->facts().user : std::string(); }
  /// Why a layer has failed; null: none has.
  const LayerFault* fault() const { return layers_ && layers_->fault() ? &*layers_->fault() : nullptr; }

 private:
  friend class Loop;
  struct Write;
  /// The backlog.
  struct Refused {
    std::vector<std::uint8_t> waiting;  // behind the write under way
    std::size_t writing = 0;            // bytes of the write under way
    std::uint64_t all = 0;              // that ever went into it
  };

  /// What gathers for one stream before it is offered to the socket in the middle of a turn.
  static constexpr std::size_t heavy_bytes = 128 * 1024;

  void append_apart(base::Bytes piece);
  void mark_dirty();
  std::size_t room_till_heavy() const { return piece_bytes_ < heavy_bytes ? heavy_bytes - piece_bytes_ : 0; }
  void flush();
  std::size_t write_now();
  void keep_rest(std::size_t written);
  void start_write();
  void overrun();
  void on_written(int status);
  void on_read(ssize_t count);
  void fail(int status);
  void hear(std::span<std::uint8_t> bytes);
  void note_facts();
  void end_with_layers();
  void postpone(std::span<const std::uint8_t> bytes);
  void go_on();
  void seal();

  Loop& loop_;
  TcpHandle handle_;
  Address peer_;
  StreamOwner* owner_ = nullptr;
  PieceList pieces_;
  std::size_t piece_bytes_ = 0;
  const std::uint8_t* joint_ = nullptr;  // the end of the last piece; null: there is none
  std::unique_ptr<Refused> refused_;     // null: the socket has always taken everything
  std::unique_ptr<LayerStack> layers_;   // null: a plain stream
  bool is_writing_ = false;
  bool is_dirty_ = false;
  bool is_over_ = false;  // its owner has been told
  bool is_reading_ = false;
  bool is_postponed_ = false;  // the loop will call go_on
  bool is_proxied_ = false;
  bool is_last_ = false;    // the next flush is the last
  bool is_broken_ = false;  // nothing can be written any more; after the other side's FIN it still can
};

}  // namespace net
