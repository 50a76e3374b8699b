// SPDX-License-Identifier: Apache-2.0
#include "mesh/cipher.h"

#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

std::string applied(Cipher& cipher, std::string_view in, const CounterBlock& counter) {
  std::string out(in.size(), '\0');
  cipher.apply(base::as_bytes(in), counter, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

Key key_of(std::string_view hex) { return expand_psk(base::as_bytes(from_hex(hex))); }

TEST_CASE("the counter block is id and sender in little endian with zeros between") {
  const CounterBlock block = counter_block(0x9abcdef0, 0x11223344);
  CHECK(to_hex(base::as_text(block)) == "f0debc9a000000004433221100000000");
}

TEST_CASE("a cipher gives the same result for the same counter, whatever it did before") {
  Cipher cipher(key_of("d4f1bb3a20290759f0bcffabcf4e6901"));
  const std::string first = applied(cipher, "hello", counter_block(1, 2));
  const std::string other = applied(cipher, "hello", counter_block(2, 2));
  CHECK(first != other);
  CHECK(applied(cipher, "hello", counter_block(1, 2)) == first);
}

TEST_CASE("a cipher undoes itself, over more than one block") {
  Cipher cipher(key_of(std::string(64, '7')));
  const std::string text(256, 'y');
  const CounterBlock counter = counter_block(3, 4);
  CHECK(applied(cipher, applied(cipher, text, counter), counter) == text);
}

TEST_CASE("a text longer than one call of the cipher goes on counting, past a byte's end too") {
  Cipher cipher(key_of("d4f1bb3a20290759f0bcffabcf4e6901"));
  const std::string zeros(300 * 16, '\0');
  const std::string stream = applied(cipher, zeros, counter_block(7, 8));
  CounterBlock later = counter_block(7, 8);
  later[14] = 1;  // block 256
  CHECK(stream.substr(256 * 16) == applied(cipher, zeros.substr(256 * 16), later));
  CHECK(stream.substr(0, 16) != stream.substr(256, 16));
}

TEST_CASE("without a key a cipher copies") {
  Cipher cipher{Key{}};
  CHECK(applied(cipher, "plain", counter_block(1, 2)) == "plain");
}

TEST_CASE("nothing stays nothing") {
  Cipher cipher(key_of("d4f1bb3a20290759f0bcffabcf4e6901"));
  CHECK(applied(cipher, "", counter_block(1, 2)).empty());
}

TEST_CASE("a cipher may work in place") {
  Cipher cipher(key_of("d4f1bb3a20290759f0bcffabcf4e6901"));
  const CounterBlock counter = counter_block(5, 6);
  const std::string expected = applied(cipher, "in place", counter);
  std::string text = "in place";
  cipher.apply(base::as_bytes(text), counter, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  CHECK(text == expected);
}

}  // namespace
}  // namespace mesh::test
