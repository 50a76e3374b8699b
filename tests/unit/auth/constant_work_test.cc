// SPDX-License-Identifier: Apache-2.0
// What a login makes the machine compute, counted at the library's door and not by a clock. The linker sends
// the calls of broker/auth here first (--wrap).
#include <cstddef>
#include <string>

#include <argon2.h>
#include <catch2/catch.hpp>
#include <openssl/evp.h>

#include "broker/auth/password_file.h"

namespace {

struct Work {
  std::size_t argon2_kib_passes = 0;
  int pbkdf2_iterations = 0;
  std::size_t compared_bytes = 0;
  int comparisons = 0;
  friend bool operator==(const Work&, const Work&) = default;
};
thread_local Work done;  // other tests compute on threads of their own

}  // namespace

// The linker's names.
// NOLINTBEGIN
extern "C" {
int __real_argon2_ctx(argon2_context* context, argon2_type type);
int __real_PKCS5_PBKDF2_HMAC(const char* pass, int passlen, const unsigned char* salt, int saltlen, int iter,
                             const EVP_MD* digest, int keylen, unsigned char* out);
int __real_CRYPTO_memcmp(const void* a, const void* b, std::size_t size);

int __wrap_argon2_ctx(argon2_context* context, argon2_type type) {
  done.argon2_kib_passes += std::size_t{context->m_cost} * context->t_cost;
  return __real_argon2_ctx(context, type);
}
int __wrap_PKCS5_PBKDF2_HMAC(const char* pass, int passlen, const unsigned char* salt, int saltlen, int iter,
                             const EVP_MD* digest, int keylen, unsigned char* out) {
  done.pbkdf2_iterations += iter;
  return __real_PKCS5_PBKDF2_HMAC(pass, passlen, salt, saltlen, iter, digest, keylen, out);
}
int __wrap_CRYPTO_memcmp(const void* a, const void* b, std::size_t size) {
  done.compared_bytes += size;
  ++done.comparisons;
  return __real_CRYPTO_memcmp(a, b, size);
}
}
// NOLINTEND

namespace {

using auth::Users;
using auth::Verdict;

// Of "secret".
const std::string pbkdf2 =
    "$7$101$YH0+9K7jRofTzbRm$+31pVBNvlP8JKpAR6etksF7gucv+mm8GfSx1DsVOGACdnHzxJX7Qf1ysYuYDHf2gnVNPHeRKMWy/"
    "BtvawLaL3A==";
const std::string argon2 =
    "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$a+14sZrM3WlHRqt5/WdCUV/JLk6EZ2msKUAUr2unNqI";

Work work_of(const Users& users, const char* name, const char* password, Verdict verdict = Verdict::wrong) {
  done = {};
  CHECK(users.verify(name, password) == verdict);
  return done;
}

}  // namespace

TEST_CASE("F26: a name nobody has makes the same work as one that is there with a wrong password") {
  const std::string hash = GENERATE_COPY(pbkdf2, argon2);
  const auto users = Users::parse("ann:" + hash + "\nbob:" + hash + "\n", "users");
  REQUIRE(users);
  const Work known = work_of(*users, "ann", "wrong");
  CHECK(known.argon2_kib_passes + static_cast<std::size_t>(known.pbkdf2_iterations) > 100);
  CHECK(known.comparisons == 1);
  CHECK(work_of(*users, "eve", "wrong") == known);
  CHECK(work_of(*users, "", "wrong") == known);
  CHECK(work_of(*users, "bob", "secret", Verdict::right) == known);
}

TEST_CASE("F26: where hashes differ a name nobody has makes the work of the dearest") {
  const auto users = Users::parse("ann:" + pbkdf2 + "\nbob:" + argon2 + "\n", "users");
  REQUIRE(users);
  const Work ann = work_of(*users, "ann", "wrong");
  const Work bob = work_of(*users, "bob", "wrong");
  const Work dearest = users->find("ann")->cost() > users->find("bob")->cost() ? ann : bob;
  CHECK(work_of(*users, "eve", "wrong") == dearest);
}

TEST_CASE("F26: a hash is compared to its last byte, wherever the first difference is") {
  std::string first = pbkdf2, last = pbkdf2;
  first[first.find("+31p")] = '/';
  last[last.find("L3A==")] = 'M';
  for (const std::string& hash : {pbkdf2, first, last}) {
    const auto users = Users::parse("ann:" + hash + "\n", "users");
    REQUIRE(users);
    const Work work = work_of(*users, "ann", "secret", hash == pbkdf2 ? Verdict::right : Verdict::wrong);
    CHECK(work.comparisons == 1);
    CHECK(work.compared_bytes == 64);
  }
}
