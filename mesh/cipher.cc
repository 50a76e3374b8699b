// SPDX-License-Identifier: Apache-2.0
#include "mesh/cipher.h"

#include <algorithm>

#include "broker/base/check.h"

namespace mesh {
namespace {

void put_little_endian(std::uint32_t value, std::span<std::uint8_t, 4> out) {
  for (std::uint8_t& byte : out) {
    byte = static_cast<std::uint8_t>(value & 0xff);
    value >>= 8;
  }
}

}  // namespace

CounterBlock counter_block(std::uint32_t packet_id, std::uint32_t from) {
  CounterBlock block{};
  const std::span<std::uint8_t, 16> bytes(block);
  put_little_endian(packet_id, bytes.subspan<0, 4>());
  put_little_endian(from, bytes.subspan<8, 4>());
  return block;
}

Cipher::Cipher(const Key& key) {
  if (key.size == 0) return;
  context_.reset(EVP_CIPHER_CTX_new());
  CHECK(context_ != nullptr);
  const EVP_CIPHER* const method = key.size == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr();
  CHECK(EVP_EncryptInit_ex(context_.get(), method, nullptr, key.bytes.data(), nullptr) == 1);
}

void Cipher::apply(base::Bytes in, const CounterBlock& counter, std::span<std::uint8_t> out) {
  CHECK(in.size() == out.size());
  if (in.empty()) return;
  if (context_ == nullptr) {
    std::copy(in.begin(), in.end(), out.begin());
    return;
  }
  int written = 0;
  CHECK(EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, counter.data()) == 1);
  CHECK(EVP_EncryptUpdate(context_.get(), out.data(), &written, in.data(), static_cast<int>(in.size())) == 1);
  CHECK(static_cast<std::size_t>(written) == in.size());
}

}  // namespace mesh
