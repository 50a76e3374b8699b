// SPDX-License-Identifier: Apache-2.0
#include "broker/app/http_service.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "broker/admin/api_json.h"
#include "broker/admin/metrics_text.h"
#include "broker/admin/page_cursor.h"
#include "broker/app/trace.h"
#include "broker/base/owner.h"

namespace app {
namespace {

using admin::refusal;
using admin::Right;
using admin::Route;
using net::HttpResponse;

constexpr std::size_t usual_page = 100;
constexpr std::string_view bearer = "Bearer ";

HttpResponse with_challenge(HttpResponse response) {
  response.fields.emplace_back("WWW-Authenticate", "Bearer realm=\"meshbroker\"");
  return response;
}

HttpResponse as_json(std::string body) { return {.body = std::move(body)}; }

/// None: it is no number.
std::optional<std::size_t> number_in(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_forwarded(const net::HttpRequest& request) {
  return std::ranges::any_of(request.fields,
                             [](const auto& field) { return net::tells_of_proxy(field.first); });
}

bool is_json(const net::HttpRequest& request) {
  return request.field("content-type").starts_with("application/json");
}

HttpResponse shut_out(base::Duration left) {
  HttpResponse response = refusal(429, "too many failed logins", "wait as long as Retry-After says");
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(left);
  response.fields.emplace_back("Retry-After", std::to_string(seconds.count()));
  return response;
}

}  // namespace

ClientAnswer answer_to(const ClientQuestion& question, core::Broker& broker, base::TimePoint now) {
  using Kind = ClientQuestion::Kind;
  ClientAnswer answer{.asking = question.asking};
  if (question.kind == Kind::list) answer.clients = broker.clients(question.text, question.count, now);
  if (question.kind == Kind::one) {
    if (auto client = broker.client(question.text, now)) answer.clients.push_back(*std::move(client));
  }
  if (question.kind == Kind::disconnect)
    answer.is_found = broker.disconnect(question.text, core::CloseReason::ended_by_operator, now);
  return answer;
}

void HttpService::take(const Listener& listener, Doors::Ticket ticket,
                       std::unique_ptr<net::TcpStream> stream) {
  const HttpConnection::Parts parts{parts_.loop, *this, listener, parts_.config.limits, ++last_id_};
  connections_.emplace(last_id_,
                       std::make_unique<HttpConnection>(parts, std::move(ticket), std::move(stream)));
}

HttpConnection* HttpService::find(std::uint64_t id) const {
  const auto found = connections_.find(id);
  return found != connections_.end() && found->second->is_asked() ? found->second.get() : nullptr;
}

bool HttpService::is_admin(std::string_view user) const {
  const auto& admins = parts_.config.http.admins;
  return std::ranges::find(admins, user) != admins.end();
}

/// Empty: a program with the token.
std::optional<std::string> HttpService::user_of(const net::HttpRequest& request) {
  const std::string_view shown = request.field("authorization");
  if (shown.starts_with(bearer) && !parts_.config.http.token.empty() &&
      admin::are_same(parts_.config.http.token, shown.substr(bearer.size())))
    return std::string();
  const auto user = sessions_.user_of(admin::session_cookie(request), parts_.loop.now());
  return user && is_admin(*user) ? user : std::nullopt;
}

/// What answers instead of the route; none: go on.
std::optional<HttpResponse> HttpService::refusal_of(const Asking& asking) {
  HttpConnection& connection = asking.connection;
  const bool is_proxied = connection.stream().is_proxied();
  if (is_proxied && parts_.entrance.refusal_of_proxied(connection.listener(), connection.stream().peer()))
    return refusal(403, "this network may not come in", "see listener.allow_from and deny_from");
  const Right right = asking.found.row->right;
  const bool is_unsafe = asking.request.method != "GET" && asking.request.method != "HEAD";
  if (is_unsafe && admin::is_cross_site(asking.request))
    return refusal(403, "a page of another site has sent this",
                   "the API is for its own pages and for programs");
  const auto user = user_of(asking.request);
  if (user && is_unsafe) note_change(asking, *user);
  if (right == Right::open || user) return std::nullopt;
  const bool comes_by_proxy = is_proxied || is_forwarded(asking.request);
  if (right == Right::read &&
      parts_.entrance.admits_anonymous(connection.listener(), connection.stream().peer(), comes_by_proxy))
    return std::nullopt;
  return with_challenge(refusal(401, "this needs a login",
                                "POST /api/v1/login by one of http.admins, or Authorization: Bearer with "
                                "http.token"));
}

/// Who changes what is in the log, whatever comes of it.
void HttpService::note_change(const Asking& asking, std::string_view user) {
  const net::Address& peer = asking.connection.stream().peer();
  parts_.log.info("api_changes", peer,
                  {{"address", peer.text()},
                   {"user", user.empty() ? std::string_view("(http.token)") : user},
                   {"method", asking.request.method},
                   {"path", asking.request.path}});
}

void HttpService::on_request(HttpConnection& connection, const net::HttpRequest& request) {
  const auto found = admin::find_route(request);
  if (!found) return connection.answer(found.error());
  const Asking asking{connection, request, *found};
  if (const auto refused = refusal_of(asking)) return connection.answer(*refused);
  serve(asking);
}

void HttpService::serve(const Asking& asking) {
  HttpConnection& connection = asking.connection;
  const base::TimePoint now = parts_.loop.now();
  switch (asking.found.row->route) {
    case Route::home:
      return connection.answer(as_json(admin::routes_json()));
    case Route::healthz:
      return connection.answer({.content_type = "text/plain", .body = "ok\n"});
    case Route::readyz:
      return ask(connection, {.kind = ClientQuestion::Kind::ping, .text = {}}, 0, parts_.inboxes.size());
    case Route::metrics:
      return connection.answer({.content_type = std::string(admin::metrics_content_type),
                                .body = admin::metrics_text(parts_.backend.counts(now))});
    case Route::stats:
      return connection.answer(as_json(admin::stats_json(parts_.backend.counts(now))));
    case Route::clients:
      return list_clients(asking);
    case Route::client:
      return ask_one(asking, ClientQuestion::Kind::one);
    case Route::disconnect:
      return ask_one(asking, ClientQuestion::Kind::disconnect);
    case Route::trace:
      return trace(asking);
    case Route::untrace:
      return ask_one(asking, ClientQuestion::Kind::trace);
    case Route::bans:
      return connection.answer(bans());
    case Route::forgive:
      return connection.answer(forgive(asking.found.rest));
    case Route::reload:
      return reload(connection);
    case Route::login:
      return log_in(asking);
    case Route::logout:
      return log_out(asking);
  }
}

void HttpService::list_clients(const Asking& asking) {
  const auto wanted = asking.request.parameter("count");
  const auto count = wanted ? number_in(*wanted) : std::optional<std::size_t>(usual_page);
  if (!count || *count == 0 || *count > most_clients)
    return asking.connection.answer(refusal(400, "count is no number from 1 to 1000", "as ?count=100"));
  ClientQuestion question{.kind = ClientQuestion::Kind::list,
                          .text = asking.request.parameter("after").value_or(""),
                          .count = *count + 1};  // one more says whether there is another page
  lists_.emplace_back(asking.connection.id(), std::move(question));
  begin_list();
}

/// A list is a look at every session: one at a time, so that many who ask take no more of a turn than one.
void HttpService::begin_list() {
  while (!listing_ && !lists_.empty()) {
    auto [asking, question] = std::move(lists_.front());
    lists_.pop_front();
    HttpConnection* const connection = find(asking);
    if (connection == nullptr) continue;
    listing_ = Listing{asking, parts_.inboxes.size()};
    ask(*connection, std::move(question), 0, parts_.inboxes.size());
  }
}

/// Also when nobody waits for it any more.
void HttpService::end_list(const ClientAnswer& answer) {
  if (!listing_ || listing_->asking != answer.asking || --listing_->missing != 0) return;
  listing_.reset();
  begin_list();
}

void HttpService::ask_one(const Asking& asking, ClientQuestion::Kind kind, std::size_t count) {
  const std::string& id = asking.found.rest;
  const auto owner = base::owner_of(id, static_cast<std::uint32_t>(parts_.inboxes.size()));
  ask(asking.connection, {.kind = kind, .text = id, .count = count}, owner, 1);
}

void HttpService::trace(const Asking& asking) {
  constexpr std::size_t usual = 60;
  constexpr auto longest = std::chrono::duration_cast<std::chrono::seconds>(Trace::longest).count();
  const auto wanted = asking.request.parameter("seconds");
  const auto seconds = wanted ? number_in(*wanted) : std::optional<std::size_t>(usual);
  if (!seconds || *seconds == 0 || *seconds > static_cast<std::size_t>(longest))
    return asking.connection.answer(refusal(400, "seconds is no number from 1 to 3600", "as ?seconds=60"));
  ask_one(asking, ClientQuestion::Kind::trace, *seconds);
}

/// `workers` of them from `owner` on.
void HttpService::ask(HttpConnection& connection, ClientQuestion question, std::size_t owner,
                      std::size_t workers) {
  pending_.insert_or_assign(connection.id(), Pending{question.kind, workers, question.count, {}});
  question.asking = connection.id();
  const auto shared = std::make_shared<const ClientQuestion>(std::move(question));
  for (std::size_t i = owner; i < owner + workers; ++i) parts_.inboxes[i]->post(shared);
}

void HttpService::on_new_users(const auth::Users* before, const auth::Users* after) {
  sessions_.close_all([before, after](const std::string& user) {
    const auth::PasswordHash* const was = before == nullptr ? nullptr : before->find(user);
    const auth::PasswordHash* const is = after == nullptr ? nullptr : after->find(user);
    return was == nullptr || is == nullptr || *was != *is;
  });
}

void HttpService::on_mail(const ClientAnswer& answer) {
  end_list(answer);
  const auto found = pending_.find(answer.asking);
  if (found == pending_.end()) return;
  Pending& pending = found->second;
  pending.is_found |= answer.is_found;
  pending.clients.insert(pending.clients.end(), answer.clients.begin(), answer.clients.end());
  if (--pending.missing != 0) return;
  HttpConnection* const connection = find(answer.asking);
  Pending whole = std::move(pending);
  pending_.erase(found);
  if (connection == nullptr) return;
  if (whole.kind != ClientQuestion::Kind::ping) return connection->answer(response_of(whole));
  const std::vector<std::string> ailments = parts_.backend.ailments();
  connection->answer({.status = ailments.empty() ? 200U : 503U, .body = admin::readiness_json(ailments)});
}

HttpResponse HttpService::response_of(Pending& pending) {
  if (pending.kind == ClientQuestion::Kind::list) {
    std::ranges::sort(pending.clients, {}, &core::SessionFacts::client_id);
    const bool has_more = pending.clients.size() >= pending.count;
    if (has_more) pending.clients.resize(pending.count - 1);
    return as_json(admin::clients_json(
        pending.clients, has_more ? admin::cursor_behind(pending.clients.back().client_id) : std::string()));
  }
  if (pending.kind == ClientQuestion::Kind::one && !pending.clients.empty())
    return as_json(admin::client_json(pending.clients.front()));
  if (pending.kind == ClientQuestion::Kind::disconnect && pending.is_found)
    return as_json(admin::done_json("disconnected"));
  if (pending.kind == ClientQuestion::Kind::trace && pending.is_found)
    return as_json(admin::done_json(pending.count == 0 ? "trace_ended" : "traced"));
  return refusal(404, "no such client is connected", "GET /api/v1/clients lists them");
}

HttpResponse HttpService::bans() const {
  std::vector<admin::Ban> bans;
  const base::TimePoint now = parts_.loop.now();
  for (const auth::Shut& shut : parts_.desk.guard.shut(now))
    bans.push_back({text_of(shut.whom), shut.failures, shut.is_ban, shut.until - now});
  return as_json(admin::bans_json(bans));
}

/// Empty: all.
HttpResponse HttpService::forgive(const std::string& whom) {
  if (whom.empty()) {
    parts_.desk.guard.forgive_all();
    return as_json(admin::done_json("forgiven"));
  }
  const auto address = net::parse_address(whom, 0);
  const bool is_known = (address && parts_.desk.guard.forgive(address->ip)) ||
                        parts_.desk.guard.forgive(std::string_view(whom));
  if (is_known) return as_json(admin::done_json("forgiven"));
  return refusal(404, "no failed login is known of it", "GET /api/v1/bans lists the doors that are shut");
}

void HttpService::log_in(const Asking& asking) {
  HttpConnection& connection = asking.connection;
  if (!is_json(asking.request))
    return connection.answer(refusal(415, "the body is no JSON", "Content-Type: application/json"));
  auto credentials = admin::read_credentials(asking.request.body);
  if (!credentials)
    return connection.answer(
        refusal(400, "the body is not {\"user\": …, \"password\": …}", "both are texts"));
  if (!parts_.logins.are_wanted() || parts_.config.http.admins.empty())
    return connection.answer(
        refusal(403, "nobody can log in", "auth.password_file has the users, http.admins says who may"));
  const auth::Ip& ip = connection.stream().peer().ip;
  const base::TimePoint now = parts_.loop.now();
  if (const auto shut = parts_.desk.guard.refuses(ip, credentials->user, now))
    return connection.answer(shut_out(shut->until - now));
  const auto login = std::make_shared<LoginVerdict>();
  login->id = connection.id();
  login->is_http = true;
  login->peer = connection.stream().peer();
  login->user = credentials->user;
  login->users = parts_.authority.users();
  auth::PasswordWork::Request request{login->users, login->user, std::move(credentials->password), ip, {}};
  request.done = [&inbox = *parts_.inboxes.front(), login](auth::Verdict said) {
    login->said = said;
    inbox.post(std::shared_ptr<const LoginVerdict>(login));
  };
  if (!parts_.desk.work.submit(std::move(request)))
    connection.answer(
        refusal(503, "more passwords wait to be looked at than there is room for", "try again"));
}

void HttpService::on_mail(const LoginVerdict& verdict) {
  if (verdict.said == auth::Verdict::wrong) parts_.logins.note_failure(verdict);
  HttpConnection* const connection = find(verdict.id);
  if (connection == nullptr) return;
  if (verdict.said == auth::Verdict::withdrawn) return connection->answer(shut_out(std::chrono::seconds(1)));
  if (verdict.said == auth::Verdict::unable)
    return connection->answer(refusal(503, "no memory to look at the password", "try again"));
  if (verdict.said == auth::Verdict::wrong || parts_.authority.users() != verdict.users)
    return connection->answer(refusal(401, "a wrong user name or password", "see auth.password_file"));
  parts_.desk.guard.logged_in(verdict.peer.ip, verdict.user);
  if (!is_admin(verdict.user))
    return connection->answer(refusal(403, "this user is no administrator", "http.admins says who is"));
  HttpResponse response = as_json(admin::done_json("logged_in"));
  const bool is_secure = connection->listener().tls.is_on();
  response.fields.emplace_back("Set-Cookie",
                               admin::set_cookie(sessions_.open(verdict.user, parts_.loop.now()),
                                                 admin::HttpSessions::lifetime, is_secure));
  parts_.log.info("admin_logged_in", verdict.peer,
                  {{"address", verdict.peer.text()}, {"user", verdict.user}});
  connection->answer(response);
}

void HttpService::log_out(const Asking& asking) {
  sessions_.close(admin::session_cookie(asking.request));
  HttpResponse response = as_json(admin::done_json("logged_out"));
  response.fields.emplace_back("Set-Cookie",
                               admin::set_cookie("", {}, asking.connection.listener().tls.is_on()));
  asking.connection.answer(response);
}

void HttpService::reload(HttpConnection& connection) {
  parts_.backend.reload([&inbox = *parts_.inboxes.front(), id = connection.id()](const ReloadReport& report) {
    inbox.post(std::make_shared<const Reloaded>(Reloaded{id, report}));
  });
}

void HttpService::on_mail(const Reloaded& reloaded) {
  if (HttpConnection* const connection = find(reloaded.asking))
    connection->answer({.status = reloaded.report.problems.empty() ? 200U : 422U,
                        .body = admin::lists_json({{"problems", reloaded.report.problems},
                                                   {"changes", reloaded.report.changes},
                                                   {"needs_restart", reloaded.report.needs_restart}})});
}

bool HttpService::on_proxied(HttpConnection& connection) {
  const net::Address& client = connection.stream().peer();
  const auto refusal = parts_.doors.place(connection.ticket(), client);
  if (refusal) connection.end(refusal->reason, refusal->why);
  return !refusal;
}

void HttpService::on_http_over(HttpConnection& connection, core::CloseReason reason, std::string_view why) {
  parts_.closings.add(reason);
  if (reason != core::CloseReason::disconnected && reason != core::CloseReason::connection_idle) {
    parts_.at_listeners.refused(connection.listener(), reason);
    const net::Address& peer = connection.stream().peer();
    parts_.log.info("http_closed", peer,
                    {{"address", peer.text()}, {"reason", core::name_of(reason)}, {"why", why}});
  }
  pending_.erase(connection.id());
  over_.push_back(connection.id());
}

std::optional<base::TimePoint> HttpService::next_deadline() const {
  std::optional<base::TimePoint> next;
  for (const auto& [id, connection] : connections_) {
    if (!next || connection->deadline() < *next) next = connection->deadline();
  }
  return next;
}

void HttpService::on_time(base::TimePoint now) {
  for (const auto& [id, connection] : connections_) connection->on_time(now);
}

void HttpService::after_flush() {
  for (const std::uint64_t id : std::exchange(over_, {})) connections_.erase(id);
}

void HttpService::stop() {
  for (const auto& [id, connection] : connections_)
    connection->end(core::CloseReason::server_stopping, "the server stops");
}

}  // namespace app
