// SPDX-License-Identifier: Apache-2.0
#include "broker/app/logins.h"

#include <utility>

#include <fmt/chrono.h>

#include "broker/net/wall_clock.h"

namespace app {
namespace {

constexpr Greeting::Refusal wrong{mqtt::Reason::bad_user_name_or_password, core::CloseReason::bad_credentials,
                                  "a wrong user name or password"};
constexpr Greeting::Refusal shut_out{mqtt::Reason::not_authorized, core::CloseReason::login_refused,
                                     "too many failed logins: see login_shut in the log for until when"};
constexpr Greeting::Refusal too_many{mqtt::Reason::server_unavailable, core::CloseReason::too_many_logins,
                                     "more passwords wait to be looked at than there is room for"};
constexpr Greeting::Refusal unable{mqtt::Reason::server_unavailable, core::CloseReason::too_many_logins,
                                   "no memory to look at the password"};

/// "2026-11-23T07:12:01Z"
std::string utc_text(std::int64_t milliseconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(milliseconds / 1000)));
}

}  // namespace

std::string text_of(const std::variant<auth::Ip, std::string>& whom) {
  if (const auto* name = std::get_if<std::string>(&whom)) return *name;
  const std::string text = net::Address{.ip = std::get<auth::Ip>(whom)}.text();
  return text.substr(0, text.rfind(':'));  // no door has a port
}

void Logins::begin(Greeting& greeting, const Hello& hello, std::uint64_t id) {
  const mqtt::Connect& connect = hello.connect;
  const net::Address& peer = greeting.stream().peer();
  const auto login = std::make_shared<LoginVerdict>();
  login->greeting = &greeting;
  login->id = id;
  login->peer = peer;
  login->user = connect.user_name.value_or("");
  login->users = parts_.authority.users();
  if (parts_.desk.guard.refuses(peer.ip, login->user, parts_.loop.now()))
    return greeting.refuse(shut_out, connect.version);
  auth::PasswordWork::Request request{login->users,
                                      login->user,
                                      std::string(base::as_text(connect.password.value_or(base::Bytes{}))),
                                      peer.ip,
                                      {}};
  request.done = [&inbox = parts_.inbox, login](auth::Verdict said) {
    login->said = said;
    inbox.post(std::shared_ptr<const LoginVerdict>(login));
  };
  const mqtt::Version version = connect.version;
  greeting.wait(hello);
  if (greeting.is_over()) return;
  if (!parts_.desk.work.submit(std::move(request))) greeting.refuse(too_many, version);
}

void Logins::on_verdict(const LoginVerdict& verdict, Greeting* greeting) {
  if (verdict.said == auth::Verdict::wrong) note_failure(verdict);
  if (greeting == nullptr) return;
  if (verdict.said == auth::Verdict::wrong) return greeting->refuse(wrong, greeting->version());
  if (verdict.said == auth::Verdict::withdrawn) return greeting->refuse(shut_out, greeting->version());
  if (verdict.said == auth::Verdict::unable) return greeting->refuse(unable, greeting->version());
  if (is_outdated(verdict)) return greeting->refuse(wrong, greeting->version());
  parts_.desk.guard.logged_in(verdict.peer.ip, verdict.user);
  greeting->go_on_as(verdict.user);
}

/// The users were read again meanwhile, and this one is not what it was.
bool Logins::is_outdated(const LoginVerdict& verdict) const {
  const auto& now = parts_.authority.users();
  if (now == verdict.users || !now) return false;
  const auth::PasswordHash* const found = now->find(verdict.user);
  return found == nullptr || *found != *verdict.users->find(verdict.user);
}

void Logins::note_failure(const LoginVerdict& verdict) {
  parts_.log.info("login_failed", verdict.peer, {{"address", verdict.peer.text()}, {"user", verdict.user}});
  const base::TimePoint now = parts_.loop.now();
  const std::vector<auth::Shut> doors = parts_.desk.guard.failed(verdict.peer.ip, verdict.user, now);
  for (const auth::Shut& shut : doors) log_shut(verdict.peer, shut);
  if (doors.empty()) return;
  // What stood in front of the door before it was shut does not come in either: else guessing in parallel
  // would buy as many guesses as there is room for.
  parts_.desk.work.withdraw([this, now](const auth::Ip& from, const std::string& user) {
    return parts_.desk.guard.refuses(from, user, now).has_value();
  });
}

void Logins::log_shut(const net::Address& from, const auth::Shut& shut) {
  const base::Duration left = shut.until - parts_.loop.now();
  parts_.log.info("login_shut", from,
                  {{"for", text_of(shut.whom)},
                   {"failures", shut.failures},
                   {"is", shut.is_ban ? "ban" : "back-off"},
                   {"until", utc_text(net::wall_clock() + left.count())},
                   {"seconds", std::chrono::duration<double>(left).count()}});
}

}  // namespace app
