// SPDX-License-Identifier: Apache-2.0
// What the public-key part of the mesh costs: a signature, an agreement, a direct message.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "mesh/pki.h"
#include "mesh/xeddsa.h"

namespace {

const std::string message(100, 'm');

void signature_verified(benchmark::State& state) {
  const mesh::KeyPair pair = mesh::make_key_pair();
  const auto signature = mesh::sign(pair, base::as_bytes(message));
  for (auto _ : state)
    benchmark::DoNotOptimize(mesh::is_signed_by(pair.public_key, base::as_bytes(message), *signature));
}

void signature_made(benchmark::State& state) {
  const mesh::KeyPair pair = mesh::make_key_pair();
  for (auto _ : state) benchmark::DoNotOptimize(mesh::sign(pair, base::as_bytes(message)));
}

void key_agreed(benchmark::State& state) {
  const mesh::KeyPair mine = mesh::make_key_pair();
  const mesh::KeyPair theirs = mesh::make_key_pair();
  for (auto _ : state) benchmark::DoNotOptimize(mesh::agree(mine.private_key, theirs.public_key));
}

void direct_message_opened(benchmark::State& state) {
  const mesh::KeyPair mine = mesh::make_key_pair();
  const auto key = mesh::agree(mine.private_key, mesh::make_key_pair().public_key);
  std::vector<std::uint8_t> sealed(message.size() + mesh::pki_overhead);
  std::vector<std::uint8_t> plain(message.size());
  mesh::seal(*key, {1, 2, {}}, base::as_bytes(message), sealed);
  for (auto _ : state) benchmark::DoNotOptimize(mesh::unseal(*key, {1, 2, sealed}, plain));
}

}  // namespace

BENCHMARK(signature_verified);
BENCHMARK(signature_made);
BENCHMARK(key_agreed);
BENCHMARK(direct_message_opened);
