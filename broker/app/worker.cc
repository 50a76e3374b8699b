// SPDX-License-Identifier: Apache-2.0
#include "broker/app/worker.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <sys/random.h>

#include "broker/base/check.h"
#include "broker/base/owner.h"
#include "broker/mqtt/reason.h"

namespace app {
namespace {

/// For clients without an id of their own; nobody must be able to guess it, or he could take the session
/// over.
std::string random_client_id() {
  std::array<std::uint8_t, 12> random{};
  CHECK(getrandom(random.data(), random.size(), 0) == static_cast<ssize_t>(random.size()));
  std::string id = "auto-";
  for (const std::uint8_t byte : random) {
    constexpr std::string_view digits = "0123456789abcdef";
    id += digits[byte >> 4U];
    id += digits[byte & 15U];
  }
  return id;
}

}  // namespace

Worker::Worker(const Parts& parts, const std::vector<plugin::Plugin*>& plugins)
    : parts_(parts),
      loop_(parts.loop_sizes),
      broker_({parts.limits, loop_.turn(), parts.log, random_client_id}),
      wakeup_(loop_, [this] { drain_mail(); }),
      timer_(loop_, [this] { due_ = Due::after_reads; }) {
  for (plugin::Plugin* added : plugins) broker_.add_plugin(*added);
  loop_.on_turn_end({[this] { return before_flush(); }, [this] { after_flush(); }});
}

base::Expected<net::Address, std::string> Worker::listen(const Listener& listener) {
  const TcpBind& bind = std::get<TcpBind>(listener.bind);
  if (!bind.host.empty()) return listen_at(listener, bind.host, net::TcpListener::Reach::ipv6_only);
  const auto both = listen_at(listener, "::", net::TcpListener::Reach::ipv4_too);
  // Without IPv6 in the kernel every address is every IPv4 address.
  return both ? both : listen_at(listener, "0.0.0.0", net::TcpListener::Reach::ipv6_only);
}

base::Expected<net::Address, std::string> Worker::listen_at(const Listener& listener, std::string_view host,
                                                            net::TcpListener::Reach reach) {
  const auto address = net::parse_address(host, std::get<TcpBind>(listener.bind).port);
  if (!address) return base::make_unexpected(address.error());
  auto opened = net::TcpListener::open(
      loop_, *address, reach,
      [this, &listener](std::unique_ptr<net::TcpStream> stream) { on_stream(listener, std::move(stream)); });
  if (!opened) return base::make_unexpected(opened.error());
  listeners_.push_back(std::move(*opened));
  return listeners_.back()->address();
}

void Worker::post(Mail mail) {
  if (mailbox_.post(mail)) wakeup_.wake();
}

void Worker::on_stream(const Listener& listener, std::unique_ptr<net::TcpStream> stream) {
  const Greeting::Parts parts{loop_, *this, listener, parts_.config.limits.packet_bytes};
  auto greeting = std::make_unique<Greeting>(parts, std::move(stream));
  const Greeting* key = greeting.get();
  connect_deadlines_.push(loop_.now() + parts_.config.limits.connect_timeout, {key, ++last_greeting_});
  greetings_.emplace(key, Waiting{std::move(greeting), last_greeting_});
}

void Worker::on_connect(Greeting& greeting, const mqtt::Connect& connect, std::span<std::uint8_t> rest) {
  const AllowAnonymous policy = greeting.listener().allow_anonymous;
  if (!parts_.admission.admits_anonymous(policy, greeting.stream().peer())) {
    greeting.refuse(mqtt::Reason::not_authorized, connect.version,
                    "not anonymous-friendly for this address: see listener.allow_anonymous");
    return;
  }
  accept(greeting, connect, rest);
}

/// The greeting's stream becomes a connection, the CONNECT a session, on the worker that owns the client.
void Worker::accept(Greeting& greeting, const mqtt::Connect& connect, std::span<std::uint8_t> rest) {
  CHECK(base::owner_of(connect.client_id, parts_.count) == parts_.index);
  over_greetings_.push_back(&greeting);
  const Connection::Parts parts{loop_, *this, parts_.config.limits.packet_bytes, scratch_};
  auto owned = std::make_unique<Connection>(parts, greeting.take_stream(), connect.version);
  Connection& connection = *owned;
  connection.index = connections_.size();
  connections_.push_back(std::move(owned));
  core::Session* session = broker_.connect(connection, connect, loop_.now());
  if (session == nullptr) return;
  parts_.log.info("client_connected", {{"client", session->client_id()},
                                       {"address", connection.address()},
                                       {"keepalive_s", std::uint64_t{connect.keepalive_s}},
                                       {"clean", connect.clean_start ? "yes" : "no"}});
  connection.start(*session, rest);
}

void Worker::on_greeting_over(Greeting& greeting, core::CloseReason reason, std::string_view why) {
  closings_.add(reason);
  parts_.log.info(
      "connection_refused",
      {{"address", greeting.stream().peer().text()}, {"reason", core::name_of(reason)}, {"why", why}});
  over_greetings_.push_back(&greeting);
}

void Worker::on_connection_over(Connection& connection, core::CloseReason reason, std::string_view why) {
  closings_.add(reason);
  parts_.log.info("client_disconnected", {{"client", connection.client_id()},
                                          {"address", connection.address()},
                                          {"reason", core::name_of(reason)},
                                          {"why", why}});
  over_connections_.push_back(&connection);
}

bool Worker::before_flush() {
  if (due_ == Due::now) on_time();
  const bool has_more = broker_.work() || due_ == Due::after_reads;
  if (due_ == Due::after_reads) due_ = Due::now;
  broker_.end_turn();
  arm_timer();
  return has_more;
}

void Worker::after_flush() {
  broker_.after_flush();
  for (const Greeting* greeting : std::exchange(over_greetings_, {})) greetings_.erase(greeting);
  for (Connection* connection : std::exchange(over_connections_, {})) remove(*connection);
}

void Worker::remove(Connection& connection) {
  const std::size_t at = connection.index;
  connections_[at].swap(connections_.back());
  connections_[at]->index = at;
  connections_.pop_back();
}

/// One look at the sockets after the timer: libuv runs timers before it reads, and after a long turn a
/// client's PINGREQ may be there although its time seems to be over.
void Worker::on_time() {
  due_ = Due::no;
  armed_for_.reset();
  broker_.on_time(loop_.now());
  while (const auto due = connect_deadlines_.pop_due(loop_.now())) {
    const auto waiting = greetings_.find(due->first);
    if (waiting == greetings_.end() || waiting->second.id != due->second) continue;
    waiting->second.greeting->end(core::CloseReason::connection_idle,
                                  "no CONNECT in time: see limits.connect_timeout");
  }
}

void Worker::arm_timer() {
  std::optional<base::TimePoint> next = broker_.next_deadline();
  if (const auto connect = connect_deadlines_.next()) next = next ? std::min(*next, *connect) : *connect;
  if (!next || (armed_for_ && *armed_for_ <= *next)) return;
  armed_for_ = next;
  timer_.set(*next);
}

void Worker::drain_mail() {
  for (const Mail& mail : mailbox_.drain()) {
    static_assert(std::variant_size_v<Mail> == 1);
    std::visit([this](const Stop&) { stop(); }, mail);
  }
}

/// Accepts nobody any more, lets everybody go; the loop ends when their last bytes are out.
void Worker::stop() {
  listeners_.clear();
  for (const auto& connection : connections_)
    connection->end(core::CloseReason::server_stopping, "the server stops");
  for (const auto& [key, waiting] : greetings_)
    waiting.greeting->end(core::CloseReason::server_stopping, "the server stops");
  loop_.stop();
}

}  // namespace app
