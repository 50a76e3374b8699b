// SPDX-License-Identifier: Apache-2.0
// The vectors were made by a plain implementation of the definition, which shares nothing with this one.
#include "mesh/xeddsa.h"

#include <string>

#include <catch2/catch.hpp>
#include <simdjson.h>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

struct Row {
  std::string private_key, public_key, edwards, signature, payload;
  std::uint32_t from, id, port;

  PublicKey key() const { return *read_public_key(base::as_bytes(public_key)); }
  KeyPair pair() const {
    const PrivateKey secret(base::as_bytes(private_key).first<pki_key_bytes>());
    return {secret, public_key_of(secret)};
  }
  std::string message() const { return signed_bytes({from, id, port, base::as_bytes(payload)}); }
  SignatureBytes bytes_of_signature() const {
    SignatureBytes bytes{};
    std::copy(signature.begin(), signature.end(), bytes.begin());
    return bytes;
  }
};

std::vector<Row> rows() {
  simdjson::dom::parser parser;
  const simdjson::dom::element root = parser.load(TEST_DATA_DIR "/crypto.json").value_unsafe();
  const simdjson::dom::array list = root["xeddsa"].get_array().value_unsafe();
  std::vector<Row> rows;
  for (const simdjson::dom::element each : list) {
    const auto text = [each](const char* key) { return std::string(each[key].get_string().value_unsafe()); };
    const auto number = [&text](const char* key) {
      return static_cast<std::uint32_t>(std::stoul(text(key), nullptr, 16));
    };
    rows.push_back({from_hex(text("private_key")), from_hex(text("public_key")),
                    from_hex(text("ed25519_public_key")), from_hex(text("signature")),
                    from_hex(text("payload")), number("packet_from"), number("packet_id"),
                    static_cast<std::uint32_t>(each["portnum"].get_uint64().value_unsafe())});
  }
  return rows;
}

bool is_valid(const Row& row) {
  return is_signed_by(row.key(), base::as_bytes(row.message()), row.bytes_of_signature());
}

TEST_CASE("every signature of the vectors is valid") {
  REQUIRE(rows().size() == 4);
  for (const Row& row : rows()) CHECK(is_valid(row));
}

TEST_CASE("every key of the vectors has its Ed25519 form") {
  for (const Row& row : rows()) {
    const auto edwards = edwards_form(row.key());
    REQUIRE(edwards);
    CHECK(to_hex(base::as_text(*edwards)) == to_hex(row.edwards));
    CHECK(row.pair().public_key == row.key());
  }
}

TEST_CASE("a signature vouches for sender, id, port and payload") {
  const Row right = rows()[0];
  Row other = right;
  ++other.from;
  CHECK_FALSE(is_valid(other));
  other = right;
  ++other.id;
  CHECK_FALSE(is_valid(other));
  other = right;
  ++other.port;
  CHECK_FALSE(is_valid(other));
  other = right;
  other.payload += ' ';
  CHECK_FALSE(is_valid(other));
}

TEST_CASE("a signature with any byte altered is invalid") {
  Row row = rows()[0];
  for (char& byte : row.signature) {
    byte = static_cast<char>(byte ^ 4);
    CHECK_FALSE(is_valid(row));
    byte = static_cast<char>(byte ^ 4);
  }
}

TEST_CASE("what the broker signs is valid for keys of either sign") {
  for (const Row& row : rows()) {
    const std::string message = row.message();
    const auto signature = sign(row.pair(), base::as_bytes(message));
    REQUIRE(signature);
    CHECK(is_signed_by(row.key(), base::as_bytes(message), *signature));
  }
}

TEST_CASE("two signatures of the same have different nonces") {
  const Row row = rows()[0];
  const std::string message = row.message();
  CHECK(*sign(row.pair(), base::as_bytes(message)) != *sign(row.pair(), base::as_bytes(message)));
}

TEST_CASE("a pair of halves that do not belong together signs nothing") {
  const KeyPair wrong{rows()[0].pair().private_key, rows()[1].key()};
  CHECK_FALSE(sign(wrong, base::as_bytes("message")));
}

TEST_CASE("a key outside the field and the one without a quotient have no Ed25519 form") {
  PublicKey key;
  key.bytes.fill(0xff);
  CHECK_FALSE(edwards_form(key));
  key.bytes[0] = 0xec;  // the prime less one
  key.bytes[31] = 0x7f;
  CHECK_FALSE(edwards_form(key));
  CHECK_FALSE(is_signed_by(key, base::as_bytes("message"), SignatureBytes{}));
}

}  // namespace
}  // namespace mesh::test
