// SPDX-License-Identifier: Apache-2.0
#include "mesh/signature_checker.h"

#include <string>

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

/// A check that is valid, of the packet `id`.
SignatureCheck make_check(std::uint32_t id) {
  static const KeyPair pair = make_key_pair();
  SignatureCheck check{{1, 2, id}, pair.public_key, "message", {}};
  check.signature = *sign(pair, base::as_bytes(check.message));
  return check;
}

TEST_CASE("a checker finds the valid and the invalid in the order of submission") {
  SignatureChecker checker;
  SignatureCheck wrong = make_check(8);
  wrong.message += '!';
  REQUIRE(checker.submit(make_check(7)));
  REQUIRE(checker.submit(wrong));
  REQUIRE(checker.submit(make_check(9)));
  checker.wait_until_done();
  const auto results = checker.take_results();
  REQUIRE(results.size() == 3);
  CHECK(results[0].packet == PacketIdentity{1, 2, 7});
  CHECK(results[0].is_valid);
  CHECK_FALSE(results[1].is_valid);
  CHECK(results[2].is_valid);
  CHECK(checker.take_results().empty());
}

TEST_CASE("a checker turns away what is over its limit until results are taken") {
  SignatureChecker checker(2);
  CHECK(checker.submit(make_check(1)));
  CHECK(checker.submit(make_check(2)));
  CHECK_FALSE(checker.submit(make_check(3)));
  checker.wait_until_done();
  CHECK_FALSE(checker.submit(make_check(3)));
  CHECK(checker.take_results().size() == 2);
  CHECK(checker.submit(make_check(3)));
}

TEST_CASE("a checker ends with work still waiting") {
  SignatureChecker checker;
  for (std::uint32_t id = 0; id < 100; ++id) CHECK(checker.submit(make_check(id)));
}

TEST_CASE("checks of several threads all get their result") {
  SignatureChecker checker;
  const SignatureCheck check = make_check(1);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&checker, check] {
      for (int k = 0; k < 20; ++k) static_cast<void>(checker.submit(check));
    });
  }
  for (std::thread& thread : threads) thread.join();
  checker.wait_until_done();
  CHECK(checker.take_results().size() == 80);
}

}  // namespace
}  // namespace mesh::test
