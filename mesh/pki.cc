// SPDX-License-Identifier: Apache-2.0
#include "mesh/pki.h"

#include <algorithm>
#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "broker/base/check.h"

namespace mesh {
namespace {

constexpr std::size_t tag_bytes = 8;
constexpr std::size_t extra_bytes = 4;
constexpr std::size_t nonce_bytes = 13;

/// Every point of small order that 255 bits can write, little endian (the coordinates 0, 1, two of order
/// eight, -1, and p, p + 1, which are 0 and 1 again).
constexpr std::array<std::array<std::uint8_t, pki_key_bytes>, 7> small_order = {{
    {0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
     0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00},
    {0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
     0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00},
    {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
     0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
    {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
     0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
}};

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeKeyContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
struct FreeCipherContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeKey>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext>;

KeyHandle handle_of(const PrivateKey& key) {
  KeyHandle handle(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, key.bytes().data(), key.bytes().size()));
  CHECK(handle != nullptr);
  return handle;
}

KeyHandle handle_of(const PublicKey& key) {
  KeyHandle handle(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, key.bytes.data(), key.bytes.size()));
  CHECK(handle != nullptr);
  return handle;
}

PublicKey public_part(const EVP_PKEY* pair) {
  PublicKey key;
  std::size_t size = key.bytes.size();
  CHECK(EVP_PKEY_get_raw_public_key(pair, key.bytes.data(), &size) == 1);
  return key;
}

std::uint8_t byte_of(std::uint32_t number, std::size_t at) {
  return static_cast<std::uint8_t>(number >> (8 * at) & 0xff);
}

/// Id, extra, sender, a zero: numbers little endian.
std::array<std::uint8_t, nonce_bytes> nonce_of(const PkiNonce& nonce) {
  std::array<std::uint8_t, nonce_bytes> bytes{};
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[i] = byte_of(nonce.packet_id, i);
    bytes[4 + i] = nonce.extra[i];
    bytes[8 + i] = byte_of(nonce.from, i);
  }
  return bytes;
}

enum class Direction : int { open = 0, seal = 1 };

/// A context with nonce and key; CCM wants the tag, or only its length, before both.
CipherContext make_context(Direction direction, const SharedKey& key, const PkiNonce& nonce,
                           std::uint8_t* tag) {
  CipherContext context(EVP_CIPHER_CTX_new());
  CHECK(context != nullptr);
  const int encrypts = static_cast<int>(direction);
  CHECK(EVP_CipherInit_ex(context.get(), EVP_aes_256_ccm(), nullptr, nullptr, nullptr, encrypts) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN, nonce_bytes, nullptr) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_bytes, tag) == 1);
  CHECK(EVP_CipherInit_ex(context.get(), nullptr, nullptr, key.bytes().data(), nonce_of(nonce).data(),
                          encrypts) == 1);
  return context;
}

/// CRC-32 of ISO-HDLC, bit by bit: it runs once for a key.
std::uint32_t crc32(base::Bytes bytes) {
  constexpr std::uint32_t polynomial = 0xedb88320;
  std::uint32_t crc = 0xffffffff;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ polynomial : crc >> 1;
  }
  return ~crc;
}

}  // namespace

SecretKey::SecretKey(std::span<const std::uint8_t, pki_key_bytes> bytes) {
  std::ranges::copy(bytes, bytes_.begin());
}

SecretKey::~SecretKey() { wipe(); }

SecretKey::SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) { other.wipe(); }

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  if (this == &other) return *this;
  bytes_ = other.bytes_;
  other.wipe();
  return *this;
}

void SecretKey::wipe() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

KeyPair make_key_pair() {
  const KeyHandle pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
  CHECK(pair != nullptr);
  std::array<std::uint8_t, pki_key_bytes> secret{};
  std::size_t size = secret.size();
  CHECK(EVP_PKEY_get_raw_private_key(pair.get(), secret.data(), &size) == 1);
  KeyPair made{PrivateKey(std::span<const std::uint8_t, pki_key_bytes>(secret)), public_part(pair.get())};
  OPENSSL_cleanse(secret.data(), secret.size());
  return made;
}

PublicKey public_key_of(const PrivateKey& key) { return public_part(handle_of(key).get()); }

std::optional<PublicKey> read_public_key(base::Bytes bytes) {
  PublicKey key;
  if (bytes.size() != key.bytes.size()) return std::nullopt;
  std::ranges::copy(bytes, key.bytes.begin());
  PublicKey masked = key;  // X25519 ignores the highest bit
  masked.bytes[31] &= 0x7f;
  if (std::ranges::find(small_order, masked.bytes) != small_order.end()) return std::nullopt;
  return key;
}

std::optional<SharedKey> agree(const PrivateKey& mine, const PublicKey& theirs) {
  const KeyHandle own = handle_of(mine);
  const KeyHandle other = handle_of(theirs);
  const std::unique_ptr<EVP_PKEY_CTX, FreeKeyContext> context(EVP_PKEY_CTX_new(own.get(), nullptr));
  CHECK(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1);
  CHECK(EVP_PKEY_derive_set_peer(context.get(), other.get()) == 1);
  std::array<std::uint8_t, pki_key_bytes> secret{};
  std::size_t size = secret.size();
  if (EVP_PKEY_derive(context.get(), secret.data(), &size) != 1) return std::nullopt;
  std::array<std::uint8_t, pki_key_bytes> hash{};
  CHECK(EVP_Digest(secret.data(), secret.size(), hash.data(), nullptr, EVP_sha256(), nullptr) == 1);
  SharedKey shared{std::span<const std::uint8_t, pki_key_bytes>(hash)};
  OPENSSL_cleanse(secret.data(), secret.size());
  OPENSSL_cleanse(hash.data(), hash.size());
  return shared;
}

std::uint32_t node_number_of(const PublicKey& key) { return crc32(key.bytes); }

void seal(const SharedKey& key, const PkiNonce& nonce, base::Bytes plain, std::span<std::uint8_t> out) {
  CHECK(out.size() == plain.size() + pki_overhead);
  const CipherContext context = make_context(Direction::seal, key, nonce, nullptr);
  int written = 0;
  const int size = static_cast<int>(plain.size());
  CHECK(EVP_CipherUpdate(context.get(), nullptr, &written, nullptr, size) == 1);
  CHECK(EVP_CipherUpdate(context.get(), out.data(), &written, plain.data(), size) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_bytes, out.data() + plain.size()) == 1);
  std::ranges::copy(nonce.extra, out.last(extra_bytes).begin());
}

bool unseal(const SharedKey& key, const SealedPacket& packet, std::span<std::uint8_t> out) {
  if (packet.sealed.size() <= pki_overhead) return false;
  const std::size_t length = packet.sealed.size() - pki_overhead;
  CHECK(out.size() == length);
  PkiNonce nonce{packet.packet_id, packet.from};
  std::ranges::copy(packet.sealed.last(extra_bytes), nonce.extra.begin());
  std::array<std::uint8_t, tag_bytes> tag{};
  std::ranges::copy(packet.sealed.subspan(length, tag_bytes), tag.begin());
  const CipherContext context = make_context(Direction::open, key, nonce, tag.data());
  int written = 0;
  const int size = static_cast<int>(length);
  if (EVP_CipherUpdate(context.get(), nullptr, &written, nullptr, size) != 1) return false;
  return EVP_CipherUpdate(context.get(), out.data(), &written, packet.sealed.data(), size) == 1;
}

}  // namespace mesh
