// SPDX-License-Identifier: Apache-2.0
#include "mesh/xeddsa.h"

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <span>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "broker/base/check.h"

namespace mesh {
namespace {

using Block = std::array<std::uint8_t, 32>;
using Digest = std::array<std::uint8_t, 64>;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeHash {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
};
struct FreeScratch {
  void operator()(BN_CTX* scratch) const { BN_CTX_free(scratch); }
};
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeKey>;
using HashContext = std::unique_ptr<EVP_MD_CTX, FreeHash>;
using Number = std::unique_ptr<BIGNUM, FreeNumber>;
using Scratch = std::unique_ptr<BN_CTX, FreeScratch>;

/// The prime of the field, 2^255 - 19, and the order of the base point; both little endian.
constexpr Block field_prime = {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                               0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                               0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};
constexpr Block group_order = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                               0xa2, 0xde, 0xf9, 0xde, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                               0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10};

Number number_of(base::Bytes little_endian) {
  Number number(BN_lebin2bn(little_endian.data(), static_cast<int>(little_endian.size()), nullptr));
  CHECK(number != nullptr);
  return number;
}

Number fresh_number() {
  Number number(BN_new());
  CHECK(number != nullptr);
  return number;
}

Block bytes_of(const Number& number) {
  Block bytes{};
  CHECK(BN_bn2lebinpad(number.get(), bytes.data(), static_cast<int>(bytes.size())) ==
        static_cast<int>(bytes.size()));
  return bytes;
}

Digest sha512(std::initializer_list<base::Bytes> parts) {
  const HashContext context(EVP_MD_CTX_new());
  CHECK(context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha512(), nullptr) == 1);
  for (const base::Bytes part : parts) CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  Digest digest{};
  CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

/// As X25519 and Ed25519 both do before they multiply.
Block clamped(base::Bytes secret) {
  Block scalar{};
  std::ranges::copy(secret.first(scalar.size()), scalar.begin());
  scalar[0] &= 0xf8;
  scalar[31] = static_cast<std::uint8_t>((scalar[31] & 0x7f) | 0x40);
  return scalar;
}

/// Numbers modulo the group's order.
class Scalars {
 public:
  Scalars() : scratch_(BN_CTX_secure_new()), order_(number_of(group_order)) { CHECK(scratch_ != nullptr); }

  Number reduced(base::Bytes little_endian) const {
    Number result = fresh_number();
    const Number whole = number_of(little_endian);
    CHECK(BN_nnmod(result.get(), whole.get(), order_.get(), scratch_.get()) == 1);
    return result;
  }
  /// base + sign * factor * other
  Number combined(const Number& base, int sign, const Number& factor, const Number& other) const {
    Number product = fresh_number();
    Number result = fresh_number();
    CHECK(BN_mod_mul(product.get(), factor.get(), other.get(), order_.get(), scratch_.get()) == 1);
    const auto combine = sign > 0 ? BN_mod_add : BN_mod_sub;
    CHECK(combine(result.get(), base.get(), product.get(), order_.get(), scratch_.get()) == 1);
    return result;
  }

 private:
  Scratch scratch_;
  Number order_;
};

/// A secret number r, uniform modulo the order, and the point R that it makes of the base.
struct Nonce {
  Number scalar;
  Block point{};
};

struct Ed25519Signer {
  KeyHandle key;
  Block seed{};
  Block point{};
};

/// An Ed25519 key for this one signature. Its seed depends on the private key and the message as well as on
/// randomness: no fault of the generator can make two signatures share a nonce.
Ed25519Signer make_signer(const PrivateKey& key, base::Bytes message) {
  Digest random{};
  CHECK(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
  Block prefix;
  prefix.fill(0xff);
  prefix[0] = 0xfe;
  Digest digest = sha512({prefix, key.bytes(), message, random});
  Ed25519Signer signer;
  std::copy_n(digest.begin(), signer.seed.size(), signer.seed.begin());
  OPENSSL_cleanse(digest.data(), digest.size());
  signer.key.reset(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, signer.seed.data(), signer.seed.size()));
  std::size_t size = signer.point.size();
  CHECK(signer.key != nullptr &&
        EVP_PKEY_get_raw_public_key(signer.key.get(), signer.point.data(), &size) == 1);
  return signer;
}

SignatureBytes ed25519_sign(const Ed25519Signer& signer, base::Bytes message) {
  const HashContext context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, signer.key.get()) == 1);
  SignatureBytes signature{};
  std::size_t size = signature.size();
  CHECK(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1);
  return signature;
}

/// The library multiplies points only within Ed25519. So a throw-away Ed25519 key signs, which yields R and
/// s = r + h a of a known a: r is what is left.
Nonce make_nonce(const Scalars& scalars, const PrivateKey& key, base::Bytes message) {
  Ed25519Signer signer = make_signer(key, message);
  const SignatureBytes signature = ed25519_sign(signer, message);
  const base::Bytes point = base::Bytes(signature).first<32>();
  Digest expanded = sha512({signer.seed});
  Block secret = clamped(expanded);
  const Number hash = scalars.reduced(sha512({point, signer.point, message}));
  const Number answer = number_of(base::Bytes(signature).last<32>());
  Nonce nonce{scalars.combined(answer, -1, hash, scalars.reduced(secret))};
  std::ranges::copy(point, nonce.point.begin());
  OPENSSL_cleanse(signer.seed.data(), signer.seed.size());
  OPENSSL_cleanse(expanded.data(), expanded.size());
  OPENSSL_cleanse(secret.data(), secret.size());
  return nonce;
}

void append_little_endian(std::uint32_t number, std::string& out) {
  for (int i = 0; i < 4; ++i, number >>= 8) out.push_back(static_cast<char>(number & 0xff));
}

}  // namespace

std::string signed_bytes(const SignedContent& content) {
  std::string bytes;
  bytes.reserve(12 + content.payload.size());
  append_little_endian(content.from, bytes);
  append_little_endian(content.packet_id, bytes);
  append_little_endian(content.port, bytes);
  return bytes.append(base::as_text(content.payload));
}

/// y = (u - 1) / (u + 1), the point with an even x.
std::optional<Block> edwards_form(const PublicKey& key) {
  const Scratch scratch(BN_CTX_new());
  const Number prime = number_of(field_prime);
  const Number u = number_of(key.bytes);
  if (scratch == nullptr || BN_cmp(u.get(), prime.get()) >= 0) return std::nullopt;
  const Number upper = fresh_number();
  const Number lower = fresh_number();
  CHECK(BN_mod_sub(upper.get(), u.get(), BN_value_one(), prime.get(), scratch.get()) == 1);
  CHECK(BN_mod_add(lower.get(), u.get(), BN_value_one(), prime.get(), scratch.get()) == 1);
  if (BN_is_zero(lower.get()) != 0) return std::nullopt;
  const Number inverse(BN_mod_inverse(nullptr, lower.get(), prime.get(), scratch.get()));
  const Number y = fresh_number();
  CHECK(inverse != nullptr);
  CHECK(BN_mod_mul(y.get(), upper.get(), inverse.get(), prime.get(), scratch.get()) == 1);
  return bytes_of(y);
}

bool is_signed_by(const PublicKey& key, base::Bytes message, const SignatureBytes& signature) {
  const std::optional<Block> edwards = edwards_form(key);
  if (!edwards) return false;
  const KeyHandle handle(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, edwards->data(), edwards->size()));
  const HashContext context(EVP_MD_CTX_new());
  CHECK(handle != nullptr && context != nullptr);
  CHECK(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

/// Of the private scalar and its negative, one belongs to the point with the even x: the signature that
/// verifies tells which.
std::optional<SignatureBytes> sign(const KeyPair& pair, base::Bytes message) {
  const std::optional<Block> edwards = edwards_form(pair.public_key);
  if (!edwards) return std::nullopt;
  const Scalars scalars;
  const Nonce nonce = make_nonce(scalars, pair.private_key, message);
  const Number hash = scalars.reduced(sha512({nonce.point, *edwards, message}));
  Block secret = clamped(pair.private_key.bytes());
  const Number scalar = scalars.reduced(secret);
  OPENSSL_cleanse(secret.data(), secret.size());
  for (const int half : {1, -1}) {
    const Block answer = bytes_of(scalars.combined(nonce.scalar, half, hash, scalar));
    SignatureBytes signature{};
    std::ranges::copy(answer, std::ranges::copy(nonce.point, signature.begin()).out);
    if (is_signed_by(pair.public_key, message, signature)) return signature;
  }
  return std::nullopt;
}

}  // namespace mesh
