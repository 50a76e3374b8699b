// SPDX-License-Identifier: Apache-2.0
#include "mesh/cipher.h"

#include <algorithm>
#include <functional>

#include "broker/base/check.h"

namespace mesh {
namespace {

void put_little_endian(std::uint32_t value, std::span<std::uint8_t, 4> out) {
  for (std::uint8_t& byte : out) {
    byte = static_cast<std::uint8_t>(value & 0xff);
    value >>= 8;
  }
}

/// The last four bytes are a big-endian number.
void count_up(CounterBlock& counter) {
  for (std::size_t at = counter.size(); at-- > counter.size() - 4;) {
    if (++counter[at] != 0) return;
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
  const EVP_CIPHER* const method = key.size == 16 ? EVP_aes_128_ecb() : EVP_aes_256_ecb();
  CHECK(EVP_EncryptInit_ex(context_.get(), method, nullptr, key.bytes.data(), nullptr) == 1);
  CHECK(EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1);
}

void Cipher::apply(base::Bytes in, const CounterBlock& counter, std::span<std::uint8_t> out) {
  CHECK(in.size() == out.size());
  if (context_ == nullptr) {
    std::copy(in.begin(), in.end(), out.begin());
    return;
  }
  CounterBlock next = counter;
  while (!in.empty()) {
    const std::size_t size = std::min(in.size(), stream_.size());
    make_stream(next, (size + block_size - 1) / block_size);
    std::transform(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(size), stream_.begin(), out.begin(),
                   std::bit_xor<>());
    in = in.subspan(size);
    out = out.subspan(size);
  }
}

/// Leaves `next` at the counter behind the last block.
void Cipher::make_stream(CounterBlock& next, std::size_t blocks) {
  for (std::size_t i = 0; i < blocks; ++i) {
    std::ranges::copy(next, stream_.begin() + static_cast<std::ptrdiff_t>(i * block_size));
    count_up(next);
  }
  int written = 0;
  const int size = static_cast<int>(blocks * block_size);
  CHECK(EVP_EncryptUpdate(context_.get(), stream_.data(), &written, stream_.data(), size) == 1);
  CHECK(written == size);
}

}  // namespace mesh
