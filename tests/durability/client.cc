// SPDX-License-Identifier: Apache-2.0
#include "tests/durability/client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace durability {
namespace {

namespace packet_type = hostile::packet_type;

constexpr std::uint32_t first_will_publisher = 1000;
constexpr std::size_t will_bytes = 24;
constexpr int handshake_patience_s = 20;

std::uint16_t id_at(std::string_view bytes, std::size_t at) {
  if (bytes.size() < at + 2) return 0;
  return static_cast<std::uint16_t>(static_cast<std::uint8_t>(bytes[at]) << 8U |
                                    static_cast<std::uint8_t>(bytes[at + 1]));
}

int open_connection(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{.tv_sec = handshake_patience_s, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

}  // namespace

Client::~Client() {
  if (fd_ >= 0) close(fd_);
}

Publication Client::will() const {
  return {.name = {first_will_publisher + number_, last_will_},
          .topic = "w/" + std::to_string(number_ % 4),
          .qos = number_ % 2 == 0 ? 2 : 1,
          .bytes = will_bytes};
}

void Client::connect(std::uint16_t port, bool is_clean, bool has_will) {
  fd_ = open_connection(port);
  if (fd_ < 0) return complain("cannot connect");
  has_will_ = has_will;
  // A clean session ends with its connection, for the client too.
  if (is_clean || is_clean_) pending_.clear();
  is_clean_ = is_clean;
  checker_.connecting(number_, is_clean);
  hostile::ConnectWords words{.flags = is_clean ? hostile::connect_flag::clean_session : std::uint8_t{0}};
  if (has_will) {
    ++last_will_;
    const unsigned qos_flag = static_cast<unsigned>(will().qos) << 3U;
    words.flags = static_cast<std::uint8_t>(words.flags | hostile::connect_flag::will | qos_flag);
    words.fields = {will().topic, payload_of(will())};
  }
  send(hostile::connect("torture-" + std::to_string(number_), words));
  write();
}

void Client::disconnect() {
  send({packet_type::disconnect, 0});
  write();
  // Whether the broker has read it nobody knows.
  lose_will(false);
  // With FIN and not RST, which would overtake what is on its way.
  const linger gently{.l_onoff = 0, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &gently, sizeof gently);
  close_socket();
}

void Client::drop() {
  if (!is_open()) return;
  lose_will(is_connected_);
  close_socket();
}

void Client::hear_out() {
  constexpr std::size_t much = 65536;
  while (is_open() && read_once(much)) {
  }
  drop();
}

void Client::close_socket() {
  close(std::exchange(fd_, -1));
  is_connected_ = false;
  out_.clear();
  in_.clear();
  operation_.reset();
  pings_ = 0;
}

void Client::lose_will(bool is_certain) {
  if (!std::exchange(has_will_, false)) return;
  checker_.publishing(will());
  if (is_certain) owed_will_ = will().name;
}

void Client::publish(Publication publication) {
  publication.name = {number_, ++last_sequence_};
  checker_.publishing(publication);
  Pending pending{.publication = std::move(publication)};
  if (pending.publication.qos > 0) pending.id = next_id();
  send_publish(pending, false);
  if (pending.publication.qos > 0) pending_.push_back(std::move(pending));
}

void Client::send_publish(const Pending& pending, bool is_dup) {
  const Publication& publication = pending.publication;
  send(hostile::publish(publication.topic, payload_of(publication),
                        {.qos = static_cast<std::uint8_t>(publication.qos),
                         .id = pending.id,
                         .retain = publication.is_retained,
                         .dup = is_dup}));
}

std::uint16_t Client::next_id() {
  do {
    last_id_ = last_id_ == 65535 ? std::uint16_t{1} : static_cast<std::uint16_t>(last_id_ + 1);
  } while (pending_with(last_id_) != pending_.end());
  return last_id_;
}

void Client::subscribe(const std::string& filter, int qos) {
  operation_ = {next_id(), filter, true};
  checker_.subscribing(number_, filter);
  send(hostile::subscribe(operation_->id, {filter}, static_cast<std::uint8_t>(qos)));
}

void Client::unsubscribe(const std::string& filter) {
  operation_ = {next_id(), filter, false};
  checker_.unsubscribing(number_, filter);
  send(hostile::unsubscribe(operation_->id, {filter}));
}

void Client::ping() {
  ++pings_;
  send(hostile::pingreq());
}

void Client::write() {
  if (out_.empty()) return;
  const ssize_t sent = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) out_.erase(out_.begin(), out_.begin() + sent);
}

void Client::read(std::size_t most) {
  if (read_once(most)) return;
  if (!is_close_tolerated_) complain("the broker has closed the connection");
  drop();
}

bool Client::read_once(std::size_t most) {
  std::array<char, 65536> room;
  const ssize_t got = recv(fd_, room.data(), std::min(most, room.size()), MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  in_.append(room.data(), static_cast<std::size_t>(got));
  parse();
  return got > 0;
}

void Client::parse() {
  std::size_t begin = 0;
  while (in_.size() - begin >= 2) {
    std::size_t length = 0;
    std::size_t head = 1;
    bool is_last = false;
    for (; !is_last && head <= 4 && begin + head < in_.size(); ++head) {
      const auto byte = static_cast<std::uint8_t>(in_[begin + head]);
      length |= std::size_t{byte & 0x7fU} << (7 * (head - 1));
      is_last = (byte & 0x80U) == 0;
    }
    if (!is_last || in_.size() - begin - head < length) break;
    on_packet(static_cast<std::uint8_t>(in_[begin]), std::string_view(in_).substr(begin + head, length));
    begin += head + length;
  }
  in_.erase(0, begin);
}

void Client::on_packet(std::uint8_t first, std::string_view body) {
  ++heard_;
  const std::uint16_t id = id_at(body, 0);
  switch (first & 0xf0U) {
    case packet_type::connack:
      return on_connack(body);
    case packet_type::publish:
      return on_publish(first, body);
    case packet_type::puback:
      return on_puback(id);
    case packet_type::pubrec:
      return on_pubrec(id);
    case packet_type::pubrel & 0xf0U:
      return on_pubrel(id);
    case packet_type::pubcomp:
      return on_pubcomp(id);
    case packet_type::suback:
      return on_suback(body);
    case packet_type::unsuback:
      return on_unsuback(id);
    case packet_type::pingresp:
      pings_ -= pings_ > 0 ? 1 : 0;
      return;
    default:
      complain("a packet of type " + std::to_string(first >> 4U));
  }
}

void Client::on_connack(std::string_view body) {
  if (body.size() != 2 || body[1] != 0) return complain("CONNACK refuses");
  const bool is_session_present = body[0] == 1;
  is_connected_ = true;
  checker_.connected(number_, is_session_present);
  if (!is_session_present) received_.clear();
  if (owed_will_) checker_.acknowledged(*owed_will_);
  owed_will_.reset();
  resume();
}

/// In the order in which it was sent at first.
void Client::resume() {
  for (const Pending& pending : pending_) {
    if (pending.is_released) {
      send(hostile::ack(packet_type::pubrel, pending.id));
    } else {
      send_publish(pending, true);
    }
  }
}

void Client::on_publish(std::uint8_t first, std::string_view body) {
  const int qos = static_cast<int>(first >> 1U & 3U);
  const std::size_t topic_bytes = id_at(body, 0);
  const std::size_t head = 2 + topic_bytes + (qos > 0 ? 2U : 0U);
  if (body.size() < head) return complain("a PUBLISH that is too short");
  const std::uint16_t id = qos > 0 ? id_at(body, 2 + topic_bytes) : std::uint16_t{0};
  const bool is_new = qos < 2 || received_.insert(id).second;
  if (is_new) {
    checker_.arrived(number_, {body.substr(2, topic_bytes), body.substr(head), qos, (first & 1U) != 0});
  }
  if (qos == 1) send(hostile::ack(packet_type::puback, id));
  if (qos == 2) send(hostile::ack(packet_type::pubrec, id));
}

std::deque<Client::Pending>::iterator Client::pending_with(std::uint16_t id) {
  return std::ranges::find(pending_, id, &Pending::id);
}

void Client::on_puback(std::uint16_t id) {
  const auto found = pending_with(id);
  if (found == pending_.end() || found->publication.qos != 1) return complain("a PUBACK for nothing");
  checker_.acknowledged(found->publication.name);
  pending_.erase(found);
}

void Client::on_pubrec(std::uint16_t id) {
  const auto found = pending_with(id);
  if (found == pending_.end() || found->publication.qos != 2) return complain("a PUBREC for nothing");
  found->is_released = true;
  send(hostile::ack(packet_type::pubrel, id));
}

void Client::on_pubcomp(std::uint16_t id) {
  const auto found = pending_with(id);
  if (found == pending_.end() || !found->is_released) return complain("a PUBCOMP for nothing");
  checker_.acknowledged(found->publication.name);
  pending_.erase(found);
}

void Client::on_pubrel(std::uint16_t id) {
  received_.erase(id);
  send(hostile::ack(packet_type::pubcomp, id));
}

void Client::on_suback(std::string_view body) {
  const bool is_granted = body.size() == 3 && static_cast<std::uint8_t>(body[2]) <= 2;
  if (!operation_ || !operation_->is_subscribe || operation_->id != id_at(body, 0) || !is_granted) {
    return complain("a SUBACK that does not fit");
  }
  checker_.subscribed(number_, operation_->filter, body[2]);
  operation_.reset();
}

void Client::on_unsuback(std::uint16_t id) {
  if (!operation_ || operation_->is_subscribe || operation_->id != id) {
    return complain("an UNSUBACK that does not fit");
  }
  checker_.unsubscribed(number_, operation_->filter);
  operation_.reset();
}

void Client::complain(std::string_view what) {
  checker_.complain("client " + std::to_string(number_) + ": " + std::string(what));
}

}  // namespace durability
