// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/auth/password_hash.h"
#include "broker/auth/problem.h"
#include "broker/auth/text_hash.h"
#include "broker/base/expected.h"

namespace auth {

inline constexpr std::size_t max_users = 100'000;

/// Who may come in with which password. Immutable once parsed; any thread.
class Users {
 public:
  /// Lines of `USER:HASH`; empty ones and those that begin with `#` count for nothing. Anything else makes
  /// the whole file void: a line that is misread is a door left open. `name` is the file's.
  [[nodiscard]] static base::Expected<Users, Problems> parse(std::string_view text, std::string_view name);

  /// Takes as long for a name nobody has as for the file's most expensive hash. Never on a loop's thread.
  [[nodiscard]] Verdict verify(std::string_view user, std::string_view password) const;
  /// Null: nobody has this name.
  const PasswordHash* find(std::string_view user) const;
  std::size_t size() const { return hashes_.size(); }
  /// Users that `after` does not have, or with another hash: whose connections a reload ends. Sorted.
  std::vector<std::string> revoked_in(const Users& after) const;

 private:
  std::unordered_map<std::string, PasswordHash, TextHash, std::equal_to<>> hashes_;
  PasswordHash stranger_ = PasswordHash::unmatchable_new();
};

/// Why `name` can be no user of a password file: a sentence; empty: it can.
[[nodiscard]] std::string_view user_name_fault(std::string_view name);

/// `text` with the hash of `user` set, in its line if it has one, else at the end. Every other byte stays; a
/// name that has several lines keeps its first. `user` has no fault.
[[nodiscard]] std::string with_user(std::string_view text, std::string_view user, const PasswordHash& hash);
/// `text` without the lines of `user`.
[[nodiscard]] std::string without_user(std::string_view text, std::string_view user);

}  // namespace auth
