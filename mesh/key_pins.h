// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/guarded.h"
#include "broker/base/time.h"
#include "mesh/pki.h"

namespace mesh {

/// How long a pinned key holds against another one after it was last announced.
constexpr auto pin_hold = std::chrono::hours{7 * 24};

/// What an announced key did.
enum class Pinning : std::uint8_t {
  pinned,     // the first of this node
  confirmed,  // the pinned one again
  refused,    // another one than the pinned, which holds; the first time this one is announced
  repeated,   // the same other one again
  replaced,   // another one, and the pinned had not been announced for pin_hold: it is the pinned one now
  unusable,   // not 32 bytes, or of small order
  none,       // the node announces none: no change
};

/// What is known of a node's key.
struct Pin {
  PublicKey key;
  bool is_own_number = false;  // firmware 2.8 made the node's number from this key
  bool has_changed = false;    // another key has been announced since
};

/// Node number -> the public key it announced first. A node info is not authenticated: whoever has the
/// channel's key can announce any key for any number, and a CRC-32 can be met by trying. So the first key
/// holds; another one is reported, and taken over only when the pinned one has been silent for a week, as
/// after a factory reset. At most `capacity` pins: at the limit the one that was silent longest goes, those
/// first that were announced once only. Any thread; every call is one short lock.
class KeyPins {
 public:
  explicit KeyPins(std::size_t capacity) : capacity_(capacity) {}

  /// `announced` is User.public_key of a node info from `number`.
  Pinning learn(std::uint32_t number, base::Bytes announced, base::WallTime now);
  std::optional<PublicKey> key_of(std::uint32_t number) const;
  std::optional<Pin> pin_of(std::uint32_t number) const;
  /// Whether this node has announced another key than the pinned one, which holds.
  bool has_changed(std::uint32_t number) const;
  std::size_t size() const;

  struct Change {
    std::uint32_t number;
    std::vector<std::uint8_t> value;  // empty: forgotten
  };
  /// What is new or forgotten since the last call: to be kept elsewhere.
  std::vector<Change> take_changes();
  /// As it was kept elsewhere; a value that makes no sense is ignored.
  void restore(std::uint32_t number, base::Bytes value);

 private:
  struct Node {
    std::uint32_t number = 0;
    PublicKey key{};
    std::int64_t announced_s = 0;      // when the pinned key was last, seconds since 1970
    std::optional<PublicKey> other{};  // the last one that was refused
    bool is_confirmed = false;         // the pinned key was announced twice or more
    bool is_kept = false;              // elsewhere: when it is forgotten here, so it must be there
  };
  using Nodes = std::list<Node>;  // the latest heard first
  struct Pins {
    Nodes once;  // announced once
    Nodes confirmed;
    std::unordered_map<std::uint32_t, Nodes::iterator> by_number;
    std::unordered_set<std::uint32_t> changed;
    std::vector<std::uint32_t> forgotten;  // of the kept ones
  };

  static Pinning meet(Pins& pins, Nodes::iterator node, const PublicKey& announced, std::int64_t now_s);
  static void confirm(Pins& pins, Nodes::iterator node, std::int64_t now_s);
  static void forget_one(Pins& pins);
  void insert(Pins& pins, Node node) const;
  static std::vector<std::uint8_t> encoded(const Node& node);
  static std::optional<Node> decoded(std::uint32_t number, base::Bytes value);

  const std::size_t capacity_;
  mutable base::Guarded<Pins> pins_;
};

}  // namespace mesh
