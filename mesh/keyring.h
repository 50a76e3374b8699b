// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "broker/base/expected.h"
#include "mesh/key_set.h"

namespace mesh {

/// The keys in use, which a reload replaces as a whole. Reading is one atomic load, on any thread. A set that
/// was replaced stays until the keyring ends, because a hook may be reading it: a few kilobytes for each
/// reload. What was given out (channels, key pairs) is therefore valid as long as the keyring.
class Keyring {
 public:
  static base::Expected<Keyring, KeyringProblem> open(const MeshConfig& config);

  /// The set at this moment. Who asks it several questions that belong together asks for it once.
  const KeySet& keys() const { return *state_->current.load(std::memory_order_acquire); }
  /// From now on these are the keys. One thread at a time.
  void replace(KeySet keys);

  // Of the set at this moment.
  std::span<const Channel> named(std::string_view name) const { return keys().named(name); }
  bool json_allowed(std::string_view name, std::string_view root = {}) const {
    return keys().json_allowed(name, root);
  }
  std::span<const Channel> channels() const { return keys().channels(); }

 private:
  struct State {
    std::vector<std::unique_ptr<const KeySet>> all;
    std::atomic<const KeySet*> current{nullptr};
  };

  std::unique_ptr<State> state_ = std::make_unique<State>();
};

}  // namespace mesh
