// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/witness.h"

#include <algorithm>
#include <array>

#include <sys/socket.h>
#include <unistd.h>

#include "broker/base/check.h"
#include "tests/hostile/packets.h"

namespace hostile {
namespace {

/// Met by nobody's wildcards: what is passed on to others is theirs to wait for.
constexpr const char* topic = "$witness";

}  // namespace

Witness::Witness(std::uint16_t port) : socket_(port), is_ready_(socket_.connect("witness")) {
  is_ready_ = is_ready_ && socket_.send(subscribe(1, {topic}, 1)) && socket_.expect("90 03 00 01 01");
}

bool Witness::ask() {
  if (!is_ready_) return false;
  return ++round_ % 2 == 0 ? ping() : publish();
}

bool Witness::ping() { return socket_.send(pingreq()) && socket_.expect("D0 00"); }

/// PUBACK and the message come in either order.
bool Witness::publish() {
  const Bytes message = hostile::publish(topic, "still there?", {.qos = 1, .id = round_});
  const Bytes puback = ack(packet_type::puback, round_);
  if (!socket_.send(message)) return false;
  const Bytes answer = socket_.receive(message.size() + puback.size());
  if (answer.size() != message.size() + puback.size()) return false;
  const bool is_acknowledged_first = std::equal(puback.begin(), puback.end(), answer.begin());
  if (!is_acknowledged_first && !std::equal(puback.rbegin(), puback.rend(), answer.rbegin())) return false;
  const std::size_t id_at =
      (is_acknowledged_first ? puback.size() : 0) + 2 + 2 + std::string_view(topic).size();
  const auto id = static_cast<std::uint16_t>(answer[id_at] << 8U | answer[id_at + 1]);
  return socket_.send(ack(packet_type::puback, id));
}

Echo::Echo() {
  std::array<int, 2> pair{};
  CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
  near_ = pair[0];
  far_ = pair[1];
  thread_ = std::thread([fd = far_] {
    char byte = 0;
    while (read(fd, &byte, 1) == 1 && write(fd, &byte, 1) == 1) {
    }
  });
}

Echo::~Echo() {
  shutdown(near_, SHUT_RDWR);
  thread_.join();
  close(near_);
  close(far_);
}

bool Echo::ask() const {
  char byte = 'x';
  return write(near_, &byte, 1) == 1 && read(near_, &byte, 1) == 1;
}

}  // namespace hostile
