// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include <openssl/evp.h>

#include "broker/base/bytes.h"
#include "mesh/channel_key.h"

namespace mesh {

using CounterBlock = std::array<std::uint8_t, 16>;

/// The counter that encryption of a channel packet starts from: id and sender, little endian, each followed
/// by four zero bytes; the last four count blocks, big endian (reference section 3.3).
CounterBlock counter_block(std::uint32_t packet_id, std::uint32_t from);

/// AES-CTR with one key, whose schedule is made once and kept. The key stream is made by encrypting counter
/// blocks, all of a packet in one call: setting a counter through EVP costs more than the whole encryption.
/// Encrypts and decrypts alike; without a key it copies. One thread at a time.
class Cipher {
 public:
  explicit Cipher(const Key& key);

  /// `out` is as long as `in` and may be the same memory.
  void apply(base::Bytes in, const CounterBlock& counter, std::span<std::uint8_t> out);

 private:
  static constexpr std::size_t block_size = 16;
  static constexpr std::size_t blocks_per_call = 16;  // the largest packet

  void make_stream(CounterBlock& next, std::size_t blocks);

  struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context_;  // null: no encryption
  std::array<std::uint8_t, block_size * blocks_per_call> stream_{};
};

}  // namespace mesh
