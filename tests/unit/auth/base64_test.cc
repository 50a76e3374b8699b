// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/base64.h"

#include <catch2/catch.hpp>

namespace {

using auth::Padding;

TEST_CASE("base64 is written as RFC 4648 has it, with and without padding") {
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [plain, text] : rows) {
    const std::string_view padded = text;
    const std::string_view bare = padded.substr(0, padded.find('='));
    CHECK(auth::base64_text(base::as_bytes(plain), Padding::equals_signs) == padded);
    CHECK(auth::base64_text(base::as_bytes(plain), Padding::none) == bare);
    CHECK(base::as_text(auth::base64_bytes(padded, Padding::equals_signs).value()) == plain);
    CHECK(base::as_text(auth::base64_bytes(bare, Padding::none).value()) == plain);
  }
}

TEST_CASE("base64 that nobody writes is refused") {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9v=", "Zm 9", "Zm9-", "=", "Zg==Zg==", "\n"}) {
    CAPTURE(text);
    CHECK_FALSE(auth::base64_bytes(text, Padding::equals_signs));
  }
  CHECK_FALSE(auth::base64_bytes("Zg==", Padding::none));
}

}  // namespace
