// SPDX-License-Identifier: Apache-2.0
#include "broker/net/websocket.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wslay/wslay.h>

#include "broker/base/check.h"

namespace net {
namespace {

struct FreeContext {
  void operator()(wslay_event_context_ptr context) const { wslay_event_context_free(context); }
};
using ContextPtr = std::unique_ptr<wslay_event_context, FreeContext>;

class WebSocketLayer final : public ByteLayer {
 public:
  explicit WebSocketLayer(UpgradeRules rules) : rules_(std::move(rules)) {}
  LayerKind kind() const override { return LayerKind::websocket; }
  Heard hear(std::span<std::uint8_t> bytes, Room room) override;
  bool say(base::Bytes bytes, std::vector<std::uint8_t>& down) override;
  void end(std::vector<std::uint8_t>& down) override;
  LayerFacts facts() const override { return {.is_proxied = is_proxied_, .peer = client_, .user = {}}; }

 private:
  Heard hear_head(std::span<std::uint8_t> bytes, Room room);
  Heard hear_frames(std::span<std::uint8_t> bytes, std::vector<std::uint8_t>& down);
  Heard fail(std::string_view why);
  void begin_frames();
  void send_queued(std::vector<std::uint8_t>& down);
  ssize_t read(std::uint8_t* into, std::size_t size);
  void on_frame(const wslay_event_on_frame_recv_start_arg& frame);
  void on_payload(const wslay_event_on_frame_recv_chunk_arg& chunk);
  static wslay_event_callbacks callbacks();

  UpgradeRules rules_;
  std::string head_;    // of the request, as far as it has come
  ContextPtr context_;  // null: no upgrade yet
  bool is_proxied_ = false;
  std::optional<Address> client_;
  bool is_refused_ = false;  // a text frame has come
  bool is_control_ = false;  // the frame that is being read
  bool is_close_ = false;    // a Close has begun: it says no more
  // During one call: what is read, where what it means is put, where answers go.
  std::span<std::uint8_t> in_;
  std::uint8_t* meaning_end_ = nullptr;
  std::vector<std::uint8_t>* down_ = nullptr;
};

ByteLayer::Heard WebSocketLayer::hear(std::span<std::uint8_t> bytes, Room room) {
  return context_ ? hear_frames(bytes, room.down) : hear_head(bytes, room);
}

ByteLayer::Heard WebSocketLayer::hear_head(std::span<std::uint8_t> bytes, Room room) {
  const std::size_t before = head_.size();
  head_ += base::as_text(bytes.first(std::min(bytes.size(), max_upgrade_bytes + 1 - before)));
  const std::size_t end = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
  if (end == std::string::npos && head_.size() <= max_upgrade_bytes) return {};
  const std::size_t length = end == std::string::npos ? head_.size() : end + 4;
  const Upgrade upgrade = end == std::string::npos || length > max_upgrade_bytes
                              ? upgrade_too_long()
                              : judge_upgrade(std::string_view(head_).substr(0, length), rules_);
  room.down.insert(room.down.end(), upgrade.response.begin(), upgrade.response.end());
  is_proxied_ = upgrade.is_proxied;
  client_ = upgrade.client;
  std::string().swap(head_);
  if (!upgrade.is_accepted) {
    Heard failed = fail(upgrade.why);
    failed.has_facts = is_proxied_;
    return failed;
  }
  begin_frames();
  Heard heard;
  if (before + bytes.size() > length) heard = hear_frames(bytes.subspan(length - before), room.down);
  heard.has_facts = is_proxied_;
  return heard;
}

ByteLayer::Heard WebSocketLayer::fail(std::string_view why) {
  return {.up = {}, .state = State::failed, .why = why};
}

wslay_event_callbacks WebSocketLayer::callbacks() {
  wslay_event_callbacks calls{};
  calls.recv_callback = [](wslay_event_context_ptr context, std::uint8_t* into, std::size_t size, int,
                           void* self) {
    const ssize_t count = static_cast<WebSocketLayer*>(self)->read(into, size);
    if (count < 0) wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
    return count;
  };
  calls.send_callback = [](wslay_event_context_ptr, const std::uint8_t* from, std::size_t size, int,
                           void* self) {
    std::vector<std::uint8_t>& down = *static_cast<WebSocketLayer*>(self)->down_;
    down.insert(down.end(), from, from + size);
    return static_cast<ssize_t>(size);
  };
  calls.on_frame_recv_start_callback = [](wslay_event_context_ptr,
                                          const wslay_event_on_frame_recv_start_arg* frame, void* self) {
    static_cast<WebSocketLayer*>(self)->on_frame(*frame);
  };
  calls.on_frame_recv_chunk_callback = [](wslay_event_context_ptr,
                                          const wslay_event_on_frame_recv_chunk_arg* chunk, void* self) {
    static_cast<WebSocketLayer*>(self)->on_payload(*chunk);
  };
  return calls;
}

/// Messages are not gathered: their bytes go up as they come, whatever length was announced.
void WebSocketLayer::begin_frames() {
  static const wslay_event_callbacks calls = callbacks();
  wslay_event_context_ptr context = nullptr;
  CHECK(wslay_event_context_server_init(&context, &calls, this) == 0);
  context_.reset(context);
  wslay_event_config_set_no_buffering(context, 1);
}

ssize_t WebSocketLayer::read(std::uint8_t* into, std::size_t size) {
  if (in_.empty()) return -1;
  const std::size_t count = std::min(size, in_.size());
  std::copy_n(in_.begin(), count, into);
  in_ = in_.subspan(count);
  return static_cast<ssize_t>(count);
}

void WebSocketLayer::on_frame(const wslay_event_on_frame_recv_start_arg& frame) {
  is_control_ = wslay_is_ctrl_frame(frame.opcode);
  if (frame.opcode == WSLAY_CONNECTION_CLOSE) is_close_ = true;
  if (frame.opcode == WSLAY_TEXT_FRAME) is_refused_ = true;
}

/// A frame's payload is shorter than the frame: it stands where the frame stood.
void WebSocketLayer::on_payload(const wslay_event_on_frame_recv_chunk_arg& chunk) {
  if (is_control_ || is_refused_) return;
  meaning_end_ = std::copy_n(chunk.data, chunk.data_length, meaning_end_);
}

ByteLayer::Heard WebSocketLayer::hear_frames(std::span<std::uint8_t> bytes, std::vector<std::uint8_t>& down) {
  in_ = bytes;
  meaning_end_ = bytes.data();
  down_ = &down;
  const int status = wslay_event_recv(context_.get());
  constexpr std::uint16_t unsupported_data = 1003;
  if (is_refused_) wslay_event_queue_close(context_.get(), unsupported_data, nullptr, 0);
  if (is_close_) wslay_event_queue_close(context_.get(), WSLAY_CODE_NORMAL_CLOSURE, nullptr, 0);
  send_queued(down);
  Heard heard{.up = bytes.first(static_cast<std::size_t>(meaning_end_ - bytes.data()))};
  in_ = {};
  if (is_refused_) {
    heard.state = State::failed;
    heard.why = "it sent text, and MQTT is binary [MQTT-6.0.0-1]";
  } else if (is_close_) {
    // A Close is its last word, whatever reason follows: wslay misreads one that comes in several pieces.
    heard.state = State::closed;
  } else if (status != 0 || wslay_event_get_close_sent(context_.get()) != 0) {
    heard.state = State::failed;
    heard.why = "frames that are none: RFC 6455";
  }
  return heard;
}

void WebSocketLayer::send_queued(std::vector<std::uint8_t>& down) {
  down_ = &down;
  wslay_event_send(context_.get());
  down_ = nullptr;
}

bool WebSocketLayer::say(base::Bytes bytes, std::vector<std::uint8_t>& down) {
  if (!context_) return true;
  const wslay_event_msg message{WSLAY_BINARY_FRAME, bytes.data(), bytes.size()};
  if (wslay_event_queue_msg(context_.get(), &message) == 0) send_queued(down);
  return true;  // behind a Close frame nothing is said any more, and nobody listens
}

void WebSocketLayer::end(std::vector<std::uint8_t>& down) {
  if (!context_) return;
  wslay_event_queue_close(context_.get(), WSLAY_CODE_NORMAL_CLOSURE, nullptr, 0);
  send_queued(down);
}

}  // namespace

std::unique_ptr<ByteLayer> make_websocket_layer(UpgradeRules rules) {
  return std::make_unique<WebSocketLayer>(std::move(rules));
}

}  // namespace net
