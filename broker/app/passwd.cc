// SPDX-License-Identifier: Apache-2.0
#include "broker/app/passwd.h"

#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "broker/app/replaced_file.h"
#include "broker/app/terminal.h"
#include "broker/auth/password_file.h"

namespace app {
namespace {

constexpr int exit_done = 0;
constexpr int exit_failed = 1;
constexpr int exit_wrong_usage = 2;

int say(int code, std::string_view what) {
  std::cerr << "passwd: " << what << '\n';
  return code;
}

base::Expected<std::string, std::string> ask_password(std::string_view user) {
  auto password = read_secret(fmt::format("Password of {}: ", user));
  if (!password) return password;
  if (password->empty()) return base::make_unexpected(std::string("the password is empty"));
  if (!is_terminal()) return password;
  const auto again = read_secret("Once more: ");
  if (again != password) return base::make_unexpected(std::string("the two are not the same"));
  return password;
}

/// The broker refuses a file with such lines; what they are is not for this command to mend.
void say_other_faults(std::string_view text, const std::string& file) {
  const auto users = auth::Users::parse(text, file);
  if (users) return;
  for (const auth::Problem& problem : users.error()) {
    std::cerr << "passwd: note: " << problem.where << ": " << problem.what << '\n';
  }
}

int set(const PasswordChange& change) {
  const auto password = ask_password(change.user);
  if (!password) return say(exit_wrong_usage, password.error());
  const auto hash = auth::PasswordHash::make(*password);
  if (!hash) return say(exit_failed, hash.error());
  const auto done = change_file(change.file, [&](std::string_view text) -> std::optional<std::string> {
    std::string changed = auth::with_user(text, change.user, *hash);
    say_other_faults(changed, change.file);
    return changed;
  });
  return done ? exit_done : say(exit_failed, done.error());
}

int remove(const PasswordChange& change) {
  bool was_there = false;
  const auto done = change_file(change.file, [&](std::string_view text) -> std::optional<std::string> {
    std::string changed = auth::without_user(text, change.user);
    was_there = changed != text;
    if (!was_there) return std::nullopt;
    say_other_faults(changed, change.file);
    return changed;
  });
  if (!done) return say(exit_failed, done.error());
  return was_there ? exit_done : say(exit_failed, fmt::format("{} has no user {}", change.file, change.user));
}

}  // namespace

int change_password(const PasswordChange& change) {
  const std::string_view fault = auth::user_name_fault(change.user);
  if (!fault.empty()) return say(exit_wrong_usage, fault);
  return change.is_removal ? remove(change) : set(change);
}

}  // namespace app
