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

/// How many connections that were put off are heard in one turn.
constexpr int put_off_per_turn = 10;

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
      events_(loop_, parts.log),
      wakeup_(loop_, [this] { drain_mail(); }),
      timer_(loop_, [this] { due_ = Due::after_reads; }),
      connect_bytes_(parts.config.limits.connect_bytes) {
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
      {[this, &listener](std::unique_ptr<net::TcpStream> stream) { on_stream(listener, std::move(stream)); },
       [this](const std::optional<net::Address>& refused, int status) { on_exhausted(refused, status); }});
  if (!opened) return base::make_unexpected(opened.error());
  listeners_.push_back(std::move(*opened));
  return listeners_.back()->address();
}

void Worker::post(Mail mail) {
  if (mailbox_.post(mail)) wakeup_.wake();
}

void Worker::on_stream(const Listener& listener, std::unique_ptr<net::TcpStream> stream) {
  is_exhausted_ = false;
  auto ticket = parts_.doors.enter(listener, stream->peer());
  if (!ticket) return on_refused(stream->peer(), ticket.error().reason, ticket.error().why);
  const Greeting::Parts parts{loop_, *this, connect_bytes_, listener, parts_.config.limits.packet_bytes};
  auto greeting = std::make_unique<Greeting>(parts, *std::move(ticket), std::move(stream));
  const Greeting* key = greeting.get();
  connect_deadlines_.push(loop_.now() + parts_.config.limits.connect_timeout, {key, ++last_greeting_});
  greetings_.emplace(key, Waiting{std::move(greeting), last_greeting_});
}

/// Limits.connections keeps some descriptors free, so this is for a process that has too few for anything.
void Worker::on_exhausted(const std::optional<net::Address>& refused, int status) {
  constexpr std::string_view hint =
      "raise the limit of open files: LimitNOFILE in systemd, ulimit -n in a shell";
  if (refused) return on_refused(*refused, core::CloseReason::too_many_connections, hint);
  if (std::exchange(is_exhausted_, true)) return;
  parts_.log.warn("accepting_paused", {{"why", net::status_text(status)}, {"hint", hint}});
}

void Worker::on_refused(const net::Address& peer, core::CloseReason reason, std::string_view why) {
  closings_.add(reason);
  events_.info("connection_refused", peer,
               {{"address", peer.text()}, {"reason", core::name_of(reason)}, {"why", why}});
}

void Worker::on_connect(Greeting& greeting, const mqtt::Connect& connect, std::span<std::uint8_t> rest) {
  const AllowAnonymous policy = greeting.listener().allow_anonymous;
  if (!parts_.admission.admits_anonymous(policy, greeting.stream().peer())) {
    greeting.refuse({mqtt::Reason::not_authorized, core::CloseReason::not_authorized,
                     "not anonymous-friendly for this address: see listener.allow_anonymous"},
                    connect.version);
    return;
  }
  accept(greeting, connect, rest);
}

/// The greeting's stream becomes a connection, the CONNECT a session, on the worker that owns the client.
void Worker::accept(Greeting& greeting, const mqtt::Connect& connect, std::span<std::uint8_t> rest) {
  CHECK(base::owner_of(connect.client_id, parts_.count) == parts_.index);
  over_greetings_.push_back(&greeting);
  const Connection::Parts parts{loop_, *this, parts_.config.limits, scratch_};
  auto owned = std::make_unique<Connection>(parts, greeting.take_stream(), connect.version);
  Connection& connection = *owned;
  connection.ticket = greeting.take_ticket();
  connection.index = connections_.size();
  connections_.push_back(std::move(owned));
  core::Session* session = broker_.connect(connection, connect, loop_.now());
  if (session == nullptr) return;
  events_.info("client_connected", connection.peer(),
               {{"client", session->client_id()},
                {"address", connection.address()},
                {"keepalive_s", std::uint64_t{connect.keepalive_s}},
                {"clean", connect.clean_start ? "yes" : "no"}});
  connection.start(*session, rest);
}

void Worker::on_greeting_over(Greeting& greeting, core::CloseReason reason, std::string_view why) {
  on_refused(greeting.stream().peer(), reason, why);
  over_greetings_.push_back(&greeting);
}

void Worker::on_connection_over(Connection& connection, core::CloseReason reason, std::string_view why) {
  closings_.add(reason);
  events_.info("client_disconnected", connection.peer(),
               {{"client", connection.client_id()},
                {"address", connection.address()},
                {"reason", core::name_of(reason)},
                {"why", why}});
  over_connections_.push_back(&connection);
}

void Worker::on_slow(Connection& connection) {
  const std::uint64_t watch = ++last_watch_;
  watched_[&connection] = watch;
  if (const auto due = connection.stall_deadline(loop_.now()))
    stall_deadlines_.push(*due, {&connection, watch});
}

void Worker::on_put_off(Connection& connection) {
  broker_.on_put_off();
  put_off_.push_back(&connection);
}

bool Worker::before_flush() {
  if (due_ == Due::now) on_time();
  go_on_with_put_off();
  const bool has_more = broker_.work() || due_ == Due::after_reads || !put_off_.empty();
  if (due_ == Due::after_reads) due_ = Due::now;
  broker_.end_turn();
  return has_more;
}

void Worker::after_flush() {
  broker_.after_flush();
  for (const Greeting* greeting : std::exchange(over_greetings_, {})) greetings_.erase(greeting);
  for (Connection* connection : std::exchange(over_connections_, {})) remove(*connection);
  arm_timer();  // the flush too makes deadlines
}

/// In turn, each with a small allowance, so that many expensive clients leave room for one another.
void Worker::go_on_with_put_off() {
  for (int i = 0; i < put_off_per_turn && !put_off_.empty(); ++i) {
    Connection* connection = put_off_.front();
    put_off_.pop_front();
    broker_.grant_effort(core::Effort::per_turn / put_off_per_turn);
    connection->go_on();
  }
}

void Worker::remove(Connection& connection) {
  watched_.erase(&connection);
  if (connection.has_put_off()) std::erase(put_off_, &connection);
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
  end_late_greetings();
  look_at_slow();
}

void Worker::end_late_greetings() {
  while (const auto due = connect_deadlines_.pop_due(loop_.now())) {
    const auto waiting = greetings_.find(due->first);
    if (waiting == greetings_.end() || waiting->second.id != due->second) continue;
    waiting->second.greeting->end(core::CloseReason::connection_idle,
                                  "no CONNECT in time: see limits.connect_timeout");
  }
}

void Worker::look_at_slow() {
  while (const auto due = stall_deadlines_.pop_due(loop_.now())) {
    const auto watched = watched_.find(due->first);
    if (watched == watched_.end() || watched->second != due->second) continue;
    if (const auto next = due->first->stall_deadline(loop_.now())) {
      stall_deadlines_.push(*next, *due);
    } else {
      watched_.erase(due->first);
    }
  }
}

void Worker::arm_timer() {
  std::optional<base::TimePoint> next;
  for (const auto due : {broker_.next_deadline(), connect_deadlines_.next(), stall_deadlines_.next()}) {
    if (due && (!next || *due < *next)) next = due;
  }
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
