// SPDX-License-Identifier: Apache-2.0
#include "mesh/keyring.h"

#include <utility>

namespace mesh {

base::Expected<Keyring, KeyringProblem> Keyring::open(const MeshConfig& config) {
  auto keys = KeySet::open(config);
  if (!keys) return base::make_unexpected(keys.error());
  Keyring keyring;
  keyring.replace(*std::move(keys));
  return keyring;
}

void Keyring::replace(KeySet keys) {
  state_->all.push_back(std::make_unique<const KeySet>(std::move(keys)));
  state_->current.store(state_->all.back().get(), std::memory_order_release);
}

}  // namespace mesh
