// SPDX-License-Identifier: Apache-2.0
// Any text as a users file: users whose hashes are written as they were read, or problems that all say a
// line; setting and removing a user leaves the others alone.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "broker/auth/password_file.h"
#include "broker/base/bytes.h"
#include "broker/base/check.h"

namespace {

constexpr std::string_view user = "fuzz";

void check_problems(const auth::Problems& problems) {
  CHECK(!problems.empty());
  for (const auth::Problem& problem : problems)
    CHECK(problem.where.starts_with("file:") && !problem.what.empty());
}

void check_edits(std::string_view text, const auth::Users& users) {
  const auth::PasswordHash hash = auth::PasswordHash::unmatchable_new();
  const std::string with = auth::with_user(text, user, hash);
  const auto more = auth::Users::parse(with, "file");
  CHECK(more && *more->find(user) == hash);
  CHECK(more->size() == users.size() + (users.find(user) == nullptr ? 1 : 0));
  CHECK(auth::with_user(with, user, hash) == with);
  const auto fewer = auth::Users::parse(auth::without_user(with, user), "file");
  CHECK(fewer && fewer->find(user) == nullptr && fewer->size() == more->size() - 1);
  CHECK(users.revoked_in(*more).size() <= 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  const auto users = auth::Users::parse(text, "file");
  if (!users) {
    check_problems(users.error());
  } else {
    check_edits(text, *users);
  }
  if (const auto hash = auth::PasswordHash::parse(text)) {
    CHECK(hash->text() == text);
    CHECK(hash->cost() > 0);
  }
  return 0;
}
