// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/tcp_stage.h"

#include <algorithm>
#include <array>

#include <sys/socket.h>

#include "broker/app/config/config.h"
#include "broker/mqtt/frame.h"

namespace conformance {
namespace {

constexpr std::array<std::uint8_t, 2> ping = {0xc0, 0x00};
const std::vector<std::uint8_t> pong = {0xd0, 0x00};
constexpr std::size_t connack_bytes = 4;
/// What is longer goes out in one write behind that many single bytes.
constexpr std::size_t most_single_bytes = 200;
/// No CONNECT is late here: a connection that ends only then would look like one that the server ended.
app::Config patient_config(std::uint32_t workers) {
  app::Config config;
  config.broker.workers = workers;
  config.limits.connect_timeout = std::chrono::hours(1);
  return config;
}

}  // namespace

TcpStage::TcpStage(Writes writes, std::uint32_t workers)
    : server_(patient_config(workers)), writes_(writes) {}

void TcpStage::send(const std::string& client, base::Bytes bytes) {
  let_others_finish(client);
  Seat& seat = seats_.try_emplace(client, server_.port()).first->second;
  last_sender_ = client;
  note_sent(seat, bytes);
  write(seat, bytes);
}

void TcpStage::write(Seat& seat, base::Bytes bytes) const {
  const std::size_t singles = writes_ == Writes::whole ? 0 : std::min(bytes.size(), most_single_bytes);
  for (std::size_t i = 0; i < singles; ++i) {
    if (!seat.socket.send(bytes.subspan(i, 1))) return;
  }
  seat.socket.send(bytes.subspan(singles));
}

std::vector<std::uint8_t> TcpStage::receive(const std::string& client, std::size_t count) {
  const auto at = seats_.find(client);
  if (at == seats_.end()) return {};
  Seat& seat = at->second;
  const std::size_t kept = std::min(count, seat.unread.size());
  std::vector<std::uint8_t> bytes(seat.unread.begin(),
                                  seat.unread.begin() + static_cast<std::ptrdiff_t>(kept));
  seat.unread.erase(seat.unread.begin(), seat.unread.begin() + static_cast<std::ptrdiff_t>(kept));
  if (kept < count) {
    const auto more = seat.socket.receive(count - kept);
    bytes.insert(bytes.end(), more.begin(), more.end());
  }
  for (const std::uint8_t byte : bytes) {
    if (seat.first.size() < connack_bytes) seat.first.push_back(byte);
  }
  return bytes;
}

bool TcpStage::is_closed(const std::string& client) {
  const auto at = seats_.find(client);
  if (at == seats_.end() || !at->second.unread.empty() || !at->second.socket.is_closed()) return false;
  seats_.erase(at);
  return true;
}

void TcpStage::drop(const std::string& client) {
  let_others_finish(client);
  const auto at = seats_.find(client);
  if (at == seats_.end()) return;
  shutdown(at->second.socket.fd(), SHUT_WR);
  static_cast<void>(at->second.socket.receive(SIZE_MAX));
  seats_.erase(at);
}

void TcpStage::let_others_finish(const std::string& client) {
  const auto at = seats_.find(last_sender_);
  if (at == seats_.end() || last_sender_ == client || !can_ping(at->second)) return;
  await_pong(at->second);
}

/// It has its CONNACK, and what it sent ends where a packet ends.
bool TcpStage::can_ping(const Seat& seat) {
  const bool is_accepted = seat.first.size() == connack_bytes && seat.first[0] == 0x20 && seat.first[3] == 0;
  return is_accepted && seat.begun.empty() && !seat.is_broken;
}

void TcpStage::await_pong(Seat& seat) {
  if (!seat.socket.send(ping)) return;
  while (true) {
    const std::vector<std::uint8_t> frame = receive_frame(seat);
    if (frame.empty() || frame == pong) return;
    seat.unread.insert(seat.unread.end(), frame.begin(), frame.end());
  }
}

/// Empty: the connection has ended.
std::vector<std::uint8_t> TcpStage::receive_frame(Seat& seat) {
  std::vector<std::uint8_t> frame;
  while (true) {
    const auto byte = seat.socket.receive(1);
    if (byte.empty()) return frame;
    frame.push_back(byte.front());
    const auto length = mqtt::frame_length(frame, SIZE_MAX);
    if (!length) return frame;
    if (!*length) continue;
    const auto rest = seat.socket.receive(**length - frame.size());
    frame.insert(frame.end(), rest.begin(), rest.end());
    return frame;
  }
}

void TcpStage::note_sent(Seat& seat, base::Bytes bytes) {
  seat.begun.insert(seat.begun.end(), bytes.begin(), bytes.end());
  while (!seat.is_broken) {
    const auto length = mqtt::frame_length(seat.begun, app::Limits{}.packet_bytes);
    seat.is_broken = !length;
    if (!length || !*length || **length > seat.begun.size()) return;
    seat.begun.erase(seat.begun.begin(), seat.begun.begin() + static_cast<std::ptrdiff_t>(**length));
  }
}

}  // namespace conformance
