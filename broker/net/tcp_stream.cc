// SPDX-License-Identifier: Apache-2.0
#include "broker/net/tcp_stream.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>

#include "broker/base/check.h"

namespace net {
namespace {

/// What one writev takes (IOV_MAX).
constexpr std::size_t pieces_per_write = 1024;

uv_stream_t* stream_of(uv_tcp_t* handle) { return reinterpret_cast<uv_stream_t*>(handle); }

TcpStream* owner_of_handle(uv_stream_t* stream) { return static_cast<TcpStream*>(stream->data); }

/// What the socket took, or libuv's status. libuv's `write` goes through the file layer to get to the socket,
/// 0.1 of 3.5 us: nothing in a burst, but in calm traffic the write is all there is.
int try_write(uv_tcp_t* handle, const uv_buf_t* pieces, std::size_t count) {
  uv_os_fd_t fd = -1;
  if (count > 1 || uv_fileno(reinterpret_cast<uv_handle_t*>(handle), &fd) != 0)
    return uv_try_write(stream_of(handle), pieces, static_cast<unsigned>(count));
  const ssize_t took = send(fd, pieces->base, pieces->len, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (took >= 0) return static_cast<int>(took);
  const bool is_full = errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
  return is_full ? UV_EAGAIN : uv_translate_sys_error(errno);
}

}  // namespace

std::string_view status_text(int status) { return uv_strerror(status); }

/// A copy of what the socket refused, on its way. At most one a stream: libuv would write each one on its
/// own.
struct TcpStream::Write {
  uv_write_t request;
  std::vector<std::uint8_t> bytes;
};

TcpStream::TcpStream(Loop& loop, TcpHandle handle, const Address& peer)
    : loop_(loop), handle_(std::move(handle)), peer_(peer) {
  handle_->data = this;
}

std::unique_ptr<TcpStream> TcpStream::adopt(Loop& loop, LooseStream loose) {
  auto raw = std::make_unique<uv_tcp_t>();
  if (uv_tcp_init(loop.raw(), raw.get()) != 0) return nullptr;
  TcpHandle handle(raw.release());
  if (uv_tcp_open(handle.get(), loose.socket.get()) != 0) return nullptr;
  static_cast<void>(loose.socket.release());  // the handle's now
  auto stream = std::make_unique<TcpStream>(loop, std::move(handle), loose.peer);
  stream->is_proxied_ = loose.is_proxied;
  stream->layers_ = std::move(loose.layers);
  if (stream->layers_ && !stream->layers_->wire().empty()) stream->mark_dirty();
  return stream;
}

/// libuv gives no descriptor away: the socket gets a second one before the handle closes its own.
LooseStream TcpStream::detach() {
  uv_os_fd_t fd = -1;
  if (is_writing_ || uv_fileno(reinterpret_cast<uv_handle_t*>(handle_.get()), &fd) != 0) return {};
  Descriptor second(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!second) return {};
  stop_reading();
  return {std::move(second), peer_, is_proxied_, std::move(layers_)};
}

TcpStream::~TcpStream() {
  if (is_postponed_) {
    loop_.forget_postponed(*this);
    loop_.backlog_ -= layers_->postponed.size();
  }
  if (refused_) loop_.backlog_ -= refused_->writing + refused_->waiting.size();
  if (is_dirty_) loop_.forget(*this);
}

void TcpStream::start_reading() {
  if (is_over_) return;
  is_reading_ = true;
  if (is_postponed_) return;
  if (layers_ && !layers_->is_open()) return postpone({});
  uv_read_start(
      stream_of(handle_.get()),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* room) {
        const auto* self = static_cast<TcpStream*>(handle->data);
        *room = self == nullptr ? uv_buf_init(nullptr, 0) : self->loop_.read_room();
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t*) {
        if (TcpStream* self = owner_of_handle(stream)) self->on_read(count);
      });
}

void TcpStream::stop_reading() {
  is_reading_ = false;
  uv_read_stop(stream_of(handle_.get()));
}

void TcpStream::finish() {
  is_last_ = true;
  stop_reading();
  if (layers_ && !is_broken_) mark_dirty();  // they have a last word
}

void TcpStream::mark_dirty() {
  if (std::exchange(is_dirty_, true)) return;
  loop_.mark_dirty(*this);
  pieces_ = loop_.take_piece_list();
}

/// A piece that is no neighbour of the last one, or makes the stream heavy.
void TcpStream::append_apart(base::Bytes piece) {
  if (is_broken_) return;
  mark_dirty();
  const bool was_heavy = piece_bytes_ >= heavy_bytes;
  piece_bytes_ += piece.size();
  if (!was_heavy && piece_bytes_ >= heavy_bytes) loop_.mark_heavy(*this);
  if (joint_ == piece.data()) {
    pieces_.back().len += piece.size();
  } else {
    auto* begin = reinterpret_cast<char*>(const_cast<std::uint8_t*>(piece.data()));  // libuv only reads
    pieces_.push_back(uv_buf_init(begin, static_cast<unsigned>(piece.size())));
    ++loop_.pieces_;
  }
  joint_ = piece.data() + piece.size();
}

std::size_t TcpStream::backlog() const {
  if (!is_writing_) return 0;
  return refused_->waiting.size() +
         uv_stream_get_write_queue_size(reinterpret_cast<const uv_stream_t*>(handle_.get()));
}

void TcpStream::flush() {
  is_dirty_ = false;
  if (layers_ && !is_broken_) seal();
  if (!pieces_.empty() && !is_broken_) {
    const std::size_t written = is_writing_ ? 0 : write_now();
    loop_.traffic_.add(Traffic::bytes_sent, written);
    keep_rest(written);
  }
  piece_bytes_ = 0;
  joint_ = nullptr;
  loop_.give_back(std::exchange(pieces_, {}));
  if (!layers_) return;
  layers_->forget_wire();
  if (layers_->has_failed()) end_with_layers();
}

/// The pieces become what the layers make of them.
void TcpStream::seal() {
  if (!pieces_.empty()) layers_->say(pieces_);
  if (is_last_) layers_->end();
  pieces_.clear();
  const std::span<const std::uint8_t> wire = layers_->wire();
  piece_bytes_ = wire.size();
  if (wire.empty()) return;
  auto* begin = reinterpret_cast<char*>(const_cast<std::uint8_t*>(wire.data()));  // libuv only reads
  pieces_.push_back(uv_buf_init(begin, static_cast<unsigned>(wire.size())));
}

/// One vectored write, more only past IOV_MAX pieces. Returns what the socket took.
std::size_t TcpStream::write_now() {
  std::size_t written = 0;
  for (std::size_t first = 0; first < pieces_.size(); first += pieces_per_write) {
    const std::size_t count = std::min(pieces_per_write, pieces_.size() - first);
    std::size_t wanted = 0;
    for (std::size_t i = first; i < first + count; ++i) wanted += pieces_[i].len;
    const int took = try_write(handle_.get(), &pieces_[first], count);
    if (took < 0 && took != UV_EAGAIN) {
      fail(took);
      return 0;
    }
    if (took > 0) written += static_cast<std::size_t>(took);
    if (took < 0 || static_cast<std::size_t>(took) < wanted) return written;
  }
  return written;
}

/// The one copy: what the socket refused outlives the turn here. Only then is writability waited for.
void TcpStream::keep_rest(std::size_t written) {
  const std::size_t rest = piece_bytes_ - written;
  if (is_broken_ || is_last_ || rest == 0) return;
  if (!loop_.has_room_in_backlog(rest)) return overrun();
  const bool is_first = !is_writing_;
  loop_.backlog_ += rest;
  if (!refused_) refused_ = std::make_unique<Refused>();
  refused_->all += rest;
  std::vector<std::uint8_t>& waiting = refused_->waiting;
  for (const uv_buf_t& piece : pieces_) {
    const std::size_t skipped = std::min(written, piece.len);
    written -= skipped;
    waiting.insert(waiting.end(), piece.base + skipped, piece.base + piece.len);
  }
  if (is_first) start_write();
  if (is_first && !is_broken_) owner_->on_refused();
}

void TcpStream::start_write() {
  auto write = std::make_unique<Write>();
  write->bytes = std::exchange(refused_->waiting, {});
  write->request.data = write.get();
  const uv_buf_t buffer =
      uv_buf_init(reinterpret_cast<char*>(write->bytes.data()), static_cast<unsigned>(write->bytes.size()));
  const int status =
      uv_write(&write->request, stream_of(handle_.get()), &buffer, 1, [](uv_write_t* request, int result) {
        const std::unique_ptr<Write> done(static_cast<Write*>(request->data));
        if (TcpStream* self = owner_of_handle(request->handle)) self->on_written(result);
      });
  refused_->writing = buffer.len;
  if (status != 0) {
    fail(status);
    return;
  }
  is_writing_ = true;
  static_cast<void>(write.release());  // the callback owns it
}

void TcpStream::on_written(int status) {
  is_writing_ = false;
  const std::size_t written = std::exchange(refused_->writing, 0);
  loop_.backlog_ -= written;
  if (status == 0) loop_.traffic_.add(Traffic::bytes_sent, written);
  if (status != 0) {
    fail(status);
  } else if (!refused_->waiting.empty()) {
    start_write();
  } else {
    owner_->on_drained();
  }
}

void TcpStream::on_read(ssize_t count) {
  if (count < 0) {
    fail(static_cast<int>(count));
    return;
  }
  if (count == 0) return;
  const auto size = static_cast<std::size_t>(count);
  loop_.traffic_.add(Traffic::bytes_received, size);
  const std::span<std::uint8_t> bytes = loop_.took(size);
  loop_.before_read();
  if (layers_) {
    hear(bytes);
  } else {
    owner_->on_bytes(bytes);
  }
  loop_.after_read();
}

/// Those who were here before go first.
void TcpStream::hear(std::span<std::uint8_t> bytes) {
  if (layers_->is_costly() && !loop_.has_room_for_costly()) return postpone(bytes);
  const LayerStack::Heard heard = layers_->hear(bytes, loop_.turn());
  if (heard.was_costly) loop_.spend_costly();
  if (!layers_->wire().empty()) mark_dirty();
  if (heard.has_facts) note_facts();
  if (!heard.up.empty() || is_writing_) owner_->on_bytes(heard.up);
  // Who has stopped reading has bytes to look at before it may hear that there are no more.
  if (layers_ && !layers_->is_open() && is_reading_) end_with_layers();
}

void TcpStream::note_facts() {
  const LayerFacts facts = layers_->facts();
  is_proxied_ = facts.is_proxied;
  if (facts.peer) peer_ = *facts.peer;
  layers_->drop_done();
  if (layers_->is_empty()) layers_.reset();
}

/// What they still have to say (an alert, a Close frame) leaves in the next flush.
void TcpStream::end_with_layers() {
  if (std::exchange(is_over_, true)) return;
  stop_reading();
  owner_->on_closed(layers_->has_failed() ? UV_EPROTO : UV_EOF);
}

void TcpStream::postpone(std::span<const std::uint8_t> bytes) {
  if (!loop_.has_room_in_backlog(bytes.size())) return overrun();
  loop_.backlog_ += bytes.size();
  layers_->postponed.assign(bytes.begin(), bytes.end());
  uv_read_stop(stream_of(handle_.get()));
  is_postponed_ = true;
  loop_.postpone(*this);
}

/// Its turn has come: see Loop.
void TcpStream::go_on() {
  is_postponed_ = false;
  std::vector<std::uint8_t> bytes = std::exchange(layers_->postponed, {});
  loop_.backlog_ -= bytes.size();
  if (is_over_ || is_last_) return;
  loop_.before_read();
  if (!bytes.empty()) {
    hear(loop_.keep_until_flush(std::move(bytes)));
  } else if (is_reading_) {
    end_with_layers();
  }
  if (is_reading_ && !is_postponed_) start_reading();
}

void TcpStream::overrun() {
  is_broken_ = true;
  if (std::exchange(is_over_, true)) return;
  stop_reading();
  owner_->on_overrun();
}

/// The other side's FIN ends what it says, not what it is owed: pieces of this turn are still written.
void TcpStream::fail(int status) {
  if (status != UV_EOF) is_broken_ = true;
  if (std::exchange(is_over_, true)) return;
  stop_reading();
  owner_->on_closed(status);
}

}  // namespace net
