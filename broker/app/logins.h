// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "broker/app/client_access.h"
#include "broker/app/greeting.h"
#include "broker/app/inbox.h"
#include "broker/app/rationed_log.h"
#include "broker/auth/login_guard.h"
#include "broker/auth/password_work.h"

namespace app {

/// What the logins of all workers share. Owned by the server; any thread.
struct LoginDesk {
  auth::LoginGuard guard;
  auth::PasswordWork work;
};

/// From a CONNECT with a name and a password to a greeting that knows its user, or has refused. Owned by a
/// worker; its thread.
class Logins {
 public:
  /// All outlive it.
  struct Parts {
    net::Loop& loop;
    Inbox& inbox;  // where verdicts come in
    LoginDesk& desk;
    const Authority& authority;
    RationedLog& log;
  };
  explicit Logins(const Parts& parts) : parts_(parts) {}

  /// Whether a name means anything.
  bool are_wanted() const { return parts_.authority.users() != nullptr; }
  /// `hello` has a user name. The greeting waits for a verdict, or is over. `id` tells it from later ones in
  /// its place.
  void begin(Greeting& greeting, const Hello& hello, std::uint64_t id);
  /// `greeting` is null if it is gone: a wrong password is one all the same.
  void on_verdict(const LoginVerdict& verdict, Greeting* greeting);
  /// A wrong password, wherever it was given.
  void note_failure(const LoginVerdict& verdict);

 private:
  bool is_outdated(const LoginVerdict& verdict) const;
  void log_shut(const net::Address& from, const auth::Shut& shut);

  Parts parts_;
};

/// An address or a name.
std::string text_of(const std::variant<auth::Ip, std::string>& whom);

}  // namespace app
