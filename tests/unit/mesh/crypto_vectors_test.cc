// SPDX-License-Identifier: Apache-2.0
// tests/vectors/crypto.json: known answers for keys, hashes and AES-CTR, and whole channel packets end to
// end. Its direct messages and position precision belong to features that do not exist yet.
#include <string>

#include <catch2/catch.hpp>
#include <simdjson.h>

#include "mesh/channel_key.h"
#include "mesh/cipher.h"
#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

std::string text_of(simdjson::dom::element row, const char* key) {
  return std::string(row[key].get_string().value_unsafe());
}

std::uint32_t hex_number(const std::string& text) {
  return static_cast<std::uint32_t>(std::stoul(text, nullptr, 16));
}

class CryptoVectors {
 public:
  CryptoVectors() : root_(parser_.load(TEST_DATA_DIR "/crypto.json").value_unsafe()) {}
  simdjson::dom::array operator[](const char* section) const {
    return root_[section].get_array().value_unsafe();
  }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
};

std::string applied(const std::string& key, const std::string& in, const std::string& counter) {
  CounterBlock block{};
  std::copy(counter.begin(), counter.end(), block.begin());
  std::string out(in.size(), '\0');
  Cipher(expand_psk(base::as_bytes(key)))
      .apply(base::as_bytes(in), block, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

TEST_CASE("every PSK of the vectors expands to its key") {
  const CryptoVectors vectors;
  for (const simdjson::dom::element row : vectors["psk_expansion"]) {
    INFO(text_of(row, "about"));
    const auto psk = parse_psk(text_of(row, "psk_base64"));
    REQUIRE(psk);
    CHECK(to_hex(base::as_text(*psk)) == text_of(row, "psk"));
    CHECK(to_hex(base::as_text(expand_psk(*psk).view())) == text_of(row, "key"));
  }
}

TEST_CASE("every channel hash of the vectors is found") {
  const CryptoVectors vectors;
  const std::string default_psk("\1", 1);
  const Key default_key = expand_psk(base::as_bytes(default_psk));
  for (const simdjson::dom::element row : vectors["channel_hash"]) {
    const std::string name = text_of(row, "channel_name");
    INFO(name);
    std::int64_t hash = 0;
    if (row["xor_of_name"].get(hash) == simdjson::SUCCESS) CHECK(channel_hash(name, Key{}) == hash);
    if (row["hash_with_default_key"].get(hash) == simdjson::SUCCESS)
      CHECK(channel_hash(name, default_key) == hash);
  }
}

TEST_CASE("AES-CTR gives the known answers of RFC 3686") {
  const CryptoVectors vectors;
  for (const simdjson::dom::element row : vectors["aes_ctr_primitive"]) {
    const std::string counter = from_hex(text_of(row, "initial_counter_block"));
    const std::string plain = from_hex(text_of(row, "plaintext"));
    CHECK(to_hex(applied(from_hex(text_of(row, "key")), plain, counter)) == text_of(row, "ciphertext"));
  }
}

TEST_CASE("every channel packet of the vectors encrypts to its bytes") {
  const CryptoVectors vectors;
  for (const simdjson::dom::element row : vectors["channel_encryption"]) {
    INFO(text_of(row, "about"));
    const auto block =
        counter_block(hex_number(text_of(row, "packet_id")), hex_number(text_of(row, "packet_from")));
    CHECK(to_hex(base::as_text(block)) == text_of(row, "initial_counter_block"));
    const std::string plain = from_hex(text_of(row, "data_plaintext"));
    const std::string encrypted =
        applied(from_hex(text_of(row, "psk")), plain, std::string(base::as_text(block)));
    CHECK(to_hex(encrypted) == text_of(row, "encrypted"));
  }
}

TEST_CASE("every channel packet of the vectors is mirrored from its envelope") {
  const CryptoVectors vectors;
  for (const simdjson::dom::element row : vectors["channel_encryption"]) {
    INFO(text_of(row, "about"));
    const std::string name = text_of(row, "channel_name");
    MeshConfig config;
    config.default_key = false;
    config.channels = {{name, text_of(row, "psk").empty() ? "none" : "0x" + text_of(row, "psk")}};
    Mesh mesh(config);
    const auto published = mesh.receive("msh/2/e/" + name + "/" + text_of(row, "gateway_id"),
                                        from_hex(text_of(row, "service_envelope")));
    REQUIRE(published.size() == 1);
    CHECK(published[0].payload == text_of(row, "json"));
  }
}

}  // namespace
}  // namespace mesh::test
