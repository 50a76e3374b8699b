// SPDX-License-Identifier: Apache-2.0
#include "broker/app/worker.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <sys/random.h>

#include "broker/base/check.h"
#include "broker/base/owner.h"
#include "broker/net/wall_clock.h"

namespace app {
namespace {

/// How long nobody who was put off is heard when another worker's mailbox is full.
constexpr base::Duration held_up_for{1};
/// What plugins do now and then.
constexpr base::Duration tick_every = std::chrono::seconds(1);
/// How many connections that were put off are heard in one turn.
constexpr std::int64_t put_off_per_turn = 10;

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

net::TcpListener::Sharing sharing_of(const Worker::Parts& parts) {
  using Sharing = net::TcpListener::Sharing;
  if (parts.count == 1) return Sharing::alone;
  return parts.index == 0 ? Sharing::first : Sharing::further;
}

}  // namespace

Worker::Worker(const Parts& parts, const std::vector<plugin::Plugin*>& plugins)
    : parts_(parts),
      loop_(parts.loop_sizes),
      inbox_(loop_, [this] { drain_mail(); }),
      forwarding_(parts.index, parts.journal),
      inboxes_(parts.count, &inbox_),
      events_(loop_, parts.log),
      authority_(parts.access, events_),
      broker_({.limits = parts.limits,
               .turn = loop_.turn(),
               .log = parts.log,
               .new_client_id = [this] { return new_client_id(); },
               .commons = parts.commons,
               .interest = &inbox_.interest,
               .lasting = parts.count > 1 ? &inbox_.lasting : nullptr,
               .journal = parts.journal,
               .authority = &authority_,
               .wall_clock = [] { return base::WallTime(base::Duration(net::wall_clock())); }}),
      logins_({loop_, inbox_, parts.desk, authority_, events_}),
      at_listeners_(parts.config.listeners),
      connection_parts_{loop_, *this, parts.config.limits, scratch_, packets_},
      timer_(loop_, [this] { due_ = Due::after_reads; }),
      connect_bytes_(parts.config.limits.connect_bytes),
      kept_(parts.config.broker.durability == Durability::off ? ~core::Sequence{0} : 0) {
  for (plugin::Plugin* added : plugins) broker_.add_plugin(*added);
  net::Loop::Hooks hooks{.before_flush = [this] { return before_flush(); },
                         .after_flush = [this] { after_flush(); }};
  if (parts.count > 1) {
    broker_.add_peer(forwarding_);
    hooks.before_read = [this] { drain_mail(); };
  }
  if (parts.count > 1 || parts.journal != nullptr) hooks.before_write = [this] { post(); };
  loop_.set_hooks(std::move(hooks));
  if (parts.index == 0)
    http_ = std::make_unique<HttpService>(
        HttpService::Parts{loop_, inboxes_, parts.config, parts.entrance, parts.doors, logins_, parts.desk,
                           authority_, events_, parts.backend, closings_, at_listeners_});
  if (parts.index == 0) next_tick_ = loop_.now() + tick_every;
}

void Worker::meet(Worker& other) {
  inboxes_[other.parts_.index] = &other.inbox_;
  forwarding_.add(other.parts_.index, other.inbox_);
}

/// The journal first: what another worker takes over has to be in it before.
void Worker::post() {
  if (parts_.journal != nullptr) parts_.journal->post();
  forwarding_.post();
}

/// One that belongs to this worker, so that the client is found here.
std::string Worker::new_client_id() const {
  while (true) {
    std::string id = random_client_id();
    if (base::owner_of(id, parts_.count) == parts_.index) return id;
  }
}

base::Expected<net::Address, std::string> Worker::listen(const Listener& listener, std::uint16_t port) {
  const std::string& host = std::get<TcpBind>(listener.bind).host;
  const auto address = net::parse_address(host.empty() ? "::" : host, port);
  if (!address) return base::make_unexpected(address.error());
  if (!host.empty()) return listen_at(listener, *address, net::TcpListener::Reach::ipv6_only);
  const auto both = listen_at(listener, *address, net::TcpListener::Reach::ipv4_too);
  // Without IPv6 in the kernel every address is every IPv4 address.
  return both ? both
              : listen_at(listener, *net::parse_address("0.0.0.0", port), net::TcpListener::Reach::ipv6_only);
}

base::Expected<net::Address, std::string> Worker::listen_at(const Listener& listener,
                                                            const net::Address& address,
                                                            net::TcpListener::Reach reach) {
  auto opened = net::TcpListener::open(loop_, {address, reach, sharing_of(parts_)}, events_of(listener));
  if (!opened) return base::make_unexpected(opened.error());
  listeners_.push_back(std::move(*opened));
  return listeners_.back()->address();
}

bool Worker::listen_bound(const Listener& listener, net::Descriptor bound) {
  auto opened = net::TcpListener::open_bound(loop_, std::move(bound), events_of(listener));
  if (!opened) return false;
  listeners_.push_back(std::move(opened));
  return true;
}

net::TcpListener::Events Worker::events_of(const Listener& listener) {
  return {
      [this, &listener](std::unique_ptr<net::TcpStream> stream) { on_stream(listener, std::move(stream)); },
      [this, &listener](const std::optional<net::Address>& refused, int status) {
        on_exhausted(listener, refused, status);
      }};
}

void Worker::on_stream(const Listener& listener, std::unique_ptr<net::TcpStream> stream) {
  is_exhausted_ = false;
  passage_.add(Passage::sockets_accepted);
  at_listeners_.accepted(listener);
  const Entrance::Door door = parts_.entrance.door(listener);
  if (const auto refusal = door.refusal(stream->peer()))
    return on_refused(listener, stream->peer(), *refusal);
  auto ticket = parts_.doors.enter(listener, stream->peer());
  if (!ticket) return on_refused(listener, stream->peer(), ticket.error());
  if (auto layers = door.layers(stream->peer())) stream->set_layers(std::move(layers));
  if (listener.protocol == Protocol::http) {
    if (http_->is_full()) return on_refused(listener, stream->peer(), HttpService::full);
    return http_->take(listener, *std::move(ticket), std::move(stream));
  }
  greet(listener, *std::move(ticket), std::move(stream));
}

Greeting& Worker::greet(const Listener& listener, Doors::Ticket ticket,
                        std::unique_ptr<net::TcpStream> stream) {
  const Greeting::Parts parts{loop_, *this, connect_bytes_, listener, parts_.config.limits.packet_bytes};
  auto owned = std::make_unique<Greeting>(parts, std::move(ticket), std::move(stream));
  Greeting& greeting = *owned;
  connect_deadlines_.push(loop_.now() + parts_.config.limits.connect_timeout, {&greeting, ++last_greeting_});
  greetings_.emplace(&greeting, Waiting{std::move(owned), last_greeting_});
  return greeting;
}

/// Limits.connections keeps some descriptors free, so this is for a process that has too few for anything.
void Worker::on_exhausted(const Listener& listener, const std::optional<net::Address>& refused, int status) {
  constexpr std::string_view hint =
      "raise the limit of open files: LimitNOFILE in systemd, ulimit -n in a shell";
  if (refused) return on_refused(listener, *refused, {core::CloseReason::too_many_connections, hint});
  if (std::exchange(is_exhausted_, true)) return;
  parts_.log.warn("accepting_paused", {{"why", net::status_text(status)}, {"hint", hint}});
}

void Worker::on_refused(const Listener& listener, const net::Address& peer, const Doors::Refusal& refusal) {
  const auto& [reason, why] = refusal;
  at_listeners_.refused(listener, reason);
  closings_.add(reason);
  events_.info("connection_refused", peer,
               {{"address", peer.text()}, {"reason", core::name_of(reason)}, {"why", why}});
}

/// Who a proxy speaks for is known only now. A name is looked at later, where the client belongs.
bool Worker::admits(Greeting& greeting, const Hello& hello) {
  const Listener& listener = greeting.listener();
  const net::TcpStream& stream = greeting.stream();
  if (stream.is_proxied()) {
    auto refusal = parts_.entrance.refusal_of_proxied(listener, stream.peer());
    if (!refusal) refusal = parts_.doors.place(greeting.ticket(), stream.peer());
    if (refusal) greeting.end(refusal->reason, refusal->why);
    if (refusal) return false;
  }
  if (who_is(greeting).user || logs_in(hello) ||
      parts_.entrance.admits_anonymous(listener, stream.peer(), stream.is_proxied()))
    return true;
  greeting.refuse({mqtt::Reason::not_authorized, core::CloseReason::not_authorized,
                   "not anonymous-friendly for this address: see listener.allow_anonymous"},
                  hello.connect.version);
  return false;
}

void Worker::on_connect(Greeting& greeting, const Hello& hello) {
  if (!admits(greeting, hello)) return;
  const std::string_view id = hello.connect.client_id;
  const std::uint32_t owner = id.empty() ? parts_.index : base::owner_of(id, parts_.count);
  if (owner != parts_.index) return hand_over(greeting, hello, owner);
  if (!who_is(greeting).user && logs_in(hello))
    return logins_.begin(greeting, hello, greetings_.at(&greeting).id);
  accept(greeting, hello);
}

/// The socket moves once, before it has a session; from then on the client lives and dies on one thread. Its
/// layers (TLS, say) travel in the same mail.
void Worker::hand_over(Greeting& greeting, const Hello& hello, std::uint32_t owner) {
  net::LooseStream loose = greeting.detach();
  if (!loose.socket) {
    greeting.end(core::CloseReason::too_many_connections,
                 "its connection cannot go to its worker: no descriptor is left");
    return;
  }
  std::vector<std::uint8_t> bytes(hello.frame.begin(), hello.frame.end());
  bytes.insert(bytes.end(), hello.rest.begin(), hello.rest.end());
  inboxes_[owner]->post(std::make_unique<Arrive>(
      Arrive{std::move(loose), &greeting.listener(), greeting.take_ticket(), std::move(bytes)}));
  over_greetings_.push_back(&greeting);
}

void Worker::on_mail(const std::unique_ptr<Arrive>& arrive) {
  auto stream = net::TcpStream::adopt(loop_, std::move(arrive->stream));
  if (!stream || is_stopping_) return;
  greet(*arrive->listener, std::move(arrive->ticket), std::move(stream)).take(std::move(arrive->bytes));
}

/// Without a users file names and passwords are ignored: gateways come with well-known ones.
bool Worker::logs_in(const Hello& hello) const {
  return hello.connect.user_name.has_value() && logins_.are_wanted();
}

/// By its certificate, before all names and passwords, or by a login.
Worker::Who Worker::who_is(const Greeting& greeting) {
  std::string certified = greeting.stream().user();
  if (certified.empty()) return {greeting.user(), core::Proof::password};
  return {std::move(certified), core::Proof::tls};
}

void Worker::on_mail(const std::shared_ptr<const LoginVerdict>& verdict) {
  if (verdict->is_http) return http_->on_mail(*verdict);
  const auto found = greetings_.find(static_cast<const Greeting*>(verdict->greeting));
  const bool is_there =
      found != greetings_.end() && found->second.id == verdict->id && !found->second.greeting->is_over();
  logins_.on_verdict(*verdict, is_there ? found->second.greeting.get() : nullptr);
}

void Worker::on_mail(const std::shared_ptr<const ClientQuestion>& question) {
  ClientAnswer answer = answer_to(*question, broker_, loop_.now());
  if (question->kind == ClientQuestion::Kind::trace)
    answer.is_found = trace(question->text, std::chrono::seconds(question->count));
  inboxes_.front()->post(std::make_shared<const ClientAnswer>(std::move(answer)));
}

/// False: it is not connected.
bool Worker::trace(std::string_view client_id, base::Duration time) {
  for (const auto& connection : connections_) {
    if (connection->session() == nullptr || connection->session()->client_id() != client_id) continue;
    const bool is_on = time > base::Duration::zero();
    connection->set_trace({loop_.now() + time, is_on ? Trace::most_lines : 0});
    return true;
  }
  return false;
}

void Worker::on_mail(NewAccess& access) {
  if (http_) http_->on_new_users(authority_.users().get(), access.control.users.get());
  authority_.replace(std::move(access.control), !is_reviewing_);
  broker_.start_review();
  is_reviewing_ = true;
}

/// A slice of it. True: there is more.
bool Worker::review() {
  if (!is_reviewing_) return false;
  is_reviewing_ = broker_.review(loop_.now());
  if (!is_reviewing_) parts_.host.on_reviewed();
  return is_reviewing_;
}

/// The greeting's stream becomes a connection, the CONNECT a session, on the worker that owns the client.
void Worker::accept(Greeting& greeting, const Hello& hello) {
  mqtt::Connect connect = hello.connect;
  const Who who = who_is(greeting);
  connect.user_name = who.user;
  over_greetings_.push_back(&greeting);
  auto owned = std::make_unique<Connection>(connection_parts_, greeting.take_stream(), connect.version);
  Connection& connection = *owned;
  connection.ticket = greeting.take_ticket();
  connection.index = connections_.size();
  connections_.push_back(std::move(owned));
  packets_.received(mqtt::PacketType::connect);
  core::Session* session = broker_.connect(connection, connect, loop_.now(), who.proof);
  if (session == nullptr) return;
  events_.info("client_connected", connection.peer(),
               {{"client", session->client_id()},
                {"user", session->user()},
                {"address", connection.address()},
                {"keepalive_s", std::uint64_t{connect.keepalive_s}},
                {"clean", connect.clean_start ? "yes" : "no"}});
  connection.start(*session, hello.rest);
}

void Worker::on_greeting_over(Greeting& greeting, core::CloseReason reason, std::string_view why) {
  on_refused(greeting.listener(), greeting.stream().peer(), {reason, why});
  over_greetings_.push_back(&greeting);
}

void Worker::on_connection_over(Connection& connection, const Ending& ending) {
  closings_.add(ending.reason);
  events_.info("client_disconnected", connection.peer(),
               {{"client", ending.client_id},
                {"address", connection.address()},
                {"reason", core::name_of(ending.reason)},
                {"why", ending.why}});
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
  const bool is_held_up = forwarding_.is_any_above_mark();
  if (!is_held_up) go_on_with_put_off();
  const bool has_reviews = review();
  const bool has_more = broker_.work(loop_.now()) || has_reviews || due_ == Due::after_reads ||
                        (!is_held_up && !put_off_.empty());
  if (due_ == Due::after_reads) due_ = Due::now;
  broker_.end_turn();
  if (is_stopping_) tell_reading_stopped();
  return has_more;
}

/// Here nothing of this turn is still to be read, and later ones read nothing.
void Worker::tell_reading_stopped() {
  if (std::exchange(has_told_, true)) return;
  post();
  parts_.host.on_reading_stopped();
}

void Worker::after_flush() {
  broker_.after_flush();
  for (auto& batch : forwarded_) inbox_.give_back(std::move(batch));
  forwarded_.clear();
  if (http_) http_->after_flush();
  for (const Greeting* greeting : std::exchange(over_greetings_, {})) greetings_.erase(greeting);
  for (Connection* connection : std::exchange(over_connections_, {})) remove(*connection);
  arm_timer();  // the flush too makes deadlines
  note_levels();
}

/// In turn, each once and with a small allowance, so that many expensive clients leave room for one another.
/// What one overdraws the next ones miss.
void Worker::go_on_with_put_off() {
  constexpr std::int64_t share = core::Effort::per_turn / put_off_per_turn;
  std::int64_t left = core::Effort::per_turn;
  for (std::size_t waiting = put_off_.size(); waiting > 0 && left > 0; --waiting) {
    Connection* connection = put_off_.front();
    put_off_.pop_front();
    broker_.effort().grant(share);
    connection->go_on();
    left -= share - broker_.effort().left();
  }
}

void Worker::remove(Connection& connection) {
  watched_.erase(&connection);
  if (connection.has_put_off()) std::erase(put_off_, &connection);
  if (connection.withholds()) std::erase(withholding_, &connection);
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
  tick();
  broker_.on_time(loop_.now());
  end_late_greetings();
  look_at_slow();
  if (http_) http_->on_time(loop_.now());
}

void Worker::tick() {
  if (!next_tick_ || loop_.now() < *next_tick_) return;
  next_tick_ = loop_.now() + tick_every;
  broker_.tick(loop_.now());
  parts_.host.on_tick(broker_, loop_.now());
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
  for (const auto due :
       {broker_.next_deadline(), connect_deadlines_.next(), stall_deadlines_.next(), next_tick_}) {
    if (due && (!next || *due < *next)) next = due;
  }
  if (http_) {
    if (const auto due = http_->next_deadline(); due && (!next || *due < *next)) next = due;
  }
  if (!put_off_.empty()) next = loop_.now() + held_up_for;
  if (!next || (armed_for_ && *armed_for_ <= *next)) return;
  armed_for_ = next;
  timer_.set(*next);
}

/// Also before anything is read: what a client heard from another worker's client was preceded by that
/// worker's mail, but the poll may have found the client's socket first.
void Worker::drain_mail() {
  for (Mail& mail : inbox_.drain()) {
    std::visit([this](auto& each) { on_mail(each); }, mail);
  }
}

void Worker::on_mail(Forward& forward) {
  forwarded_.push_back(std::move(forward.batch));
  forwarded_.back()->each([this](const core::Forwarded& forwarded_message) {
    broker_.take_forwarded(forwarded_message, loop_.now());
    loop_.flush_what_is_much();
  });
  if (forwarded_.back()->last_number != 0) parts_.journal->take(forward.from, forwarded_.back()->last_number);
}

void Worker::on_mail(const Kept& kept) {
  kept_ = kept.sequence;
  std::erase_if(withholding_, [](Connection* connection) { return connection->release(); });
}

void Worker::on_mail(StopReading&) {
  if (std::exchange(is_stopping_, true)) return;
  listeners_.clear();
  put_off_.clear();
  for (const auto& connection : connections_) connection->stop_reading();
  if (http_) http_->stop();
  for (const auto& [key, waiting] : greetings_)
    waiting.greeting->end(core::CloseReason::server_stopping, "the server stops");
}

/// The loop ends when their last bytes are out. Plugins are told the time once more, to keep what is new.
void Worker::on_mail(Stop&) {
  if (next_tick_) {
    broker_.tick(loop_.now());
    broker_.stop();
  }
  for (const auto& connection : connections_)
    connection->end(core::CloseReason::server_stopping, "the server stops");
  loop_.stop();
}

}  // namespace app
