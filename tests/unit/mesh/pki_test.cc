// SPDX-License-Identifier: Apache-2.0
#include "mesh/pki.h"

#include <string>

#include <catch2/catch.hpp>
#include <simdjson.h>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

PrivateKey private_key(std::string_view hex) {
  const std::string bytes = from_hex(hex);
  return PrivateKey(base::as_bytes(bytes).first<pki_key_bytes>());
}

PublicKey public_key(std::string_view hex) {
  const auto key = read_public_key(base::as_bytes(from_hex(hex)));
  REQUIRE(key);
  return *key;
}

std::string sealed(const SharedKey& key, const PkiNonce& nonce, std::string_view plain) {
  std::string out(plain.size() + pki_overhead, '\0');
  seal(key, nonce, base::as_bytes(plain), {reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

std::optional<std::string> unsealed(const SharedKey& key, const PkiNonce& nonce, std::string_view bytes) {
  std::string out(bytes.size() < pki_overhead ? 0 : bytes.size() - pki_overhead, '\0');
  const SealedPacket packet{nonce.packet_id, nonce.from, base::as_bytes(bytes)};
  if (!unseal(key, packet, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()})) return std::nullopt;
  return out;
}

const PkiNonce nonce{0x0badcafe, 0x11111111, {1, 2, 3, 4}};

SharedKey any_shared_key() {
  return *agree(private_key(std::string(64, '1')), public_key_of(private_key(std::string(64, '2'))));
}

TEST_CASE("every direct message of the vectors encrypts to its bytes and opens again") {
  simdjson::dom::parser parser;
  const simdjson::dom::element root = parser.load(TEST_DATA_DIR "/crypto.json").value_unsafe();
  const simdjson::dom::array rows = root["direct_message_encryption"].get_array().value_unsafe();
  for (const simdjson::dom::element row : rows) {
    const auto text = [row](const char* key) { return std::string(row[key].get_string().value_unsafe()); };
    const auto number = [&text](const char* key) {
      return static_cast<std::uint32_t>(std::stoul(text(key), nullptr, 16));
    };
    const auto key = agree(private_key(text("receiver_private_key")), public_key(text("sender_public_key")));
    REQUIRE(key);
    CHECK(to_hex(base::as_text(key->bytes())) == text("aes_ccm_key"));
    PkiNonce named{number("packet_id"), number("packet_from")};
    const std::string extra = from_hex(text("extra_nonce"));
    std::copy(extra.begin(), extra.end(), named.extra.begin());
    CHECK(to_hex(sealed(*key, named, from_hex(text("data_plaintext")))) == text("encrypted"));
    CHECK(to_hex(unsealed(*key, named, from_hex(text("encrypted"))).value_or("")) == text("data_plaintext"));
  }
}

TEST_CASE("a private key has the public key of the vectors, and both ends agree") {
  const PrivateKey one = private_key("0101010101010101010101010101010101010101010101010101010101010101");
  const PrivateKey two = private_key("0202020202020202020202020202020202020202020202020202020202020202");
  CHECK(to_hex(base::as_text(public_key_of(one).bytes)) ==
        "a4e09292b651c278b9772c569f5fa9bb13d906b46ab68c9df9dc2b4409f8a209");
  const auto here = agree(one, public_key_of(two));
  const auto there = agree(two, public_key_of(one));
  REQUIRE((here && there));
  CHECK(to_hex(base::as_text(here->bytes())) == to_hex(base::as_text(there->bytes())));
}

TEST_CASE("a new pair fits together and is not the one before") {
  const KeyPair first = make_key_pair();
  CHECK(public_key_of(first.private_key) == first.public_key);
  CHECK(make_key_pair().public_key != first.public_key);
}

TEST_CASE("a public key of another length or of small order is none") {
  CHECK_FALSE(read_public_key({}));
  CHECK_FALSE(read_public_key(base::as_bytes(std::string(31, '\x09'))));
  CHECK_FALSE(read_public_key(base::as_bytes(std::string(33, '\x09'))));
  CHECK_FALSE(read_public_key(base::as_bytes(std::string(32, '\0'))));
  CHECK_FALSE(read_public_key(base::as_bytes(from_hex("01" + std::string(62, '0')))));
  CHECK(read_public_key(base::as_bytes(std::string(32, '\x09'))));
}

TEST_CASE("the points of small order are those with which nobody agrees") {
  const PrivateKey mine = private_key(std::string(64, '1'));
  for (const char* const point : {"0000000000000000000000000000000000000000000000000000000000000000",
                                  "0100000000000000000000000000000000000000000000000000000000000000",
                                  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                                  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                                  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    std::string bytes = from_hex(point);
    for (const char highest_bit : {'\0', '\x80'}) {
      bytes.back() = static_cast<char>(bytes.back() | highest_bit);
      INFO(to_hex(bytes));
      CHECK_FALSE(read_public_key(base::as_bytes(bytes)));
      PublicKey key;
      std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
      CHECK_FALSE(agree(mine, key));
    }
  }
}

TEST_CASE("a packet with any byte altered does not open") {
  const SharedKey key = any_shared_key();
  const std::string right = sealed(key, nonce, "hello");
  REQUIRE(unsealed(key, nonce, right) == "hello");
  for (std::size_t at = 0; at < right.size(); ++at) {
    std::string altered = right;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    CHECK_FALSE(unsealed(key, nonce, altered));
  }
}

TEST_CASE("a packet opens under its own id and sender only") {
  const SharedKey key = any_shared_key();
  const std::string right = sealed(key, nonce, "hello");
  CHECK_FALSE(unsealed(key, {nonce.packet_id + 1, nonce.from}, right));
  CHECK_FALSE(unsealed(key, {nonce.packet_id, nonce.from + 1}, right));
}

TEST_CASE("a packet without room for content does not open") {
  const SharedKey key = any_shared_key();
  for (std::size_t size = 0; size <= pki_overhead; ++size)
    CHECK_FALSE(unsealed(key, nonce, std::string(size, 'x')));
}

TEST_CASE("another extra nonce gives other bytes of the same content") {
  const SharedKey key = any_shared_key();
  const PkiNonce again{nonce.packet_id, nonce.from, {4, 3, 2, 1}};
  CHECK(sealed(key, nonce, "hello") != sealed(key, again, "hello"));
  CHECK(unsealed(key, again, sealed(key, again, "hello")) == "hello");
}

TEST_CASE("a node's number is the CRC-32 of its public key") {
  PublicKey key;
  for (std::size_t i = 0; i < key.bytes.size(); ++i) key.bytes[i] = static_cast<std::uint8_t>(i);
  CHECK(node_number_of(key) == 0x91267e8a);  // zlib's crc32 of the bytes 0 to 31
}

TEST_CASE("a secret that is moved from is gone from where it was") {
  PrivateKey first = private_key(std::string(64, 'a'));
  const PrivateKey second = std::move(first);
  CHECK(second.bytes()[0] == 0xaa);
  CHECK(first.bytes()[0] == 0);  // NOLINT(bugprone-use-after-move): that is the question
}

}  // namespace
}  // namespace mesh::test
