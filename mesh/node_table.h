// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "broker/base/guarded.h"

namespace mesh {

/// Node number -> long name, from node infos and map reports. At most `capacity` nodes: at the limit the one
/// that was silent longest goes. Any thread; every call is one short lock.
class NodeTable {
 public:
  explicit NodeTable(std::size_t capacity) : capacity_(capacity) {}

  void learn(std::uint32_t number, std::string_view name);
  /// A packet of this node came by: it is not the silent one.
  void heard(std::uint32_t number);
  std::optional<std::string> name_of(std::uint32_t number) const;
  std::size_t size() const;

  struct Change {
    std::uint32_t number;
    std::string name;  // empty: forgotten
  };
  /// What is new or forgotten since the last call: to be kept elsewhere.
  std::vector<Change> take_changes();
  /// As it was kept elsewhere.
  void restore(std::uint32_t number, std::string_view name);

 private:
  struct Node {
    std::uint32_t number;
    std::string name;
    bool is_kept = false;  // elsewhere: when it is forgotten here, so it must be there
  };
  struct Nodes {
    std::list<Node> by_silence;  // the latest heard first
    std::unordered_map<std::uint32_t, std::list<Node>::iterator> by_number;
    std::unordered_set<std::uint32_t> changed;
    std::vector<std::uint32_t> forgotten;  // of the kept ones
  };

  static void forget_last(Nodes& nodes);
  static bool move_to_front(Nodes& nodes, std::uint32_t number);

  const std::size_t capacity_;
  mutable base::Guarded<Nodes> nodes_;
};

}  // namespace mesh
