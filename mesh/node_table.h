// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/base/counters.h"
#include "broker/base/guarded.h"
#include "broker/base/time.h"
#include "mesh/node_record.h"
#include "mesh/node_sighting.h"

namespace mesh {

/// How many nodes are remembered, and what of them is published. For each there are 2 KiB of memory, shared
/// by all: most need far less, the largest a little more.
struct NodeRules {
  static constexpr std::size_t bytes_per_node = 2048;
  /// A node whose counts are all that changed is published and kept again no sooner.
  static constexpr base::Duration rest = std::chrono::seconds{60};

  std::size_t capacity = 10000;
  bool has_topics = true;
  base::Duration expiry = std::chrono::hours{24 * 7};
};

/// Why nodes are no longer remembered.
enum class NodeLoss : std::uint8_t { pushed_out, expired, end_ };
extern const base::Counters<NodeLoss, base::Writers::several>::Names node_loss_names;

/// One node in a list of all.
struct NodeSummary {
  std::uint32_t number;
  std::string name;
  std::uint32_t packets;
  std::uint32_t last_heard;
  bool is_gateway;
};

/// What is known of each node. Whoever sends an envelope can make up senders, so the table is bounded twice,
/// in nodes and in bytes; what is too much goes: first those heard only once, then the one that was silent
/// longest. Any thread; each call is one short lock and, but for `snapshot`, a constant time on average.
class NodeTable {
 public:
  explicit NodeTable(const NodeRules& rules) : rules_(rules) {}
  explicit NodeTable(std::size_t capacity) : NodeTable(NodeRules{.capacity = capacity}) {}

  /// A packet that was read, or its further copy, or a map report.
  void see(const Sighting& seen, bool is_copy = false);
  /// The broker has sent something to this gateway.
  void see_downlink(std::uint32_t gateway, base::WallTime now);

  std::optional<std::string> name_of(std::uint32_t number) const;
  std::optional<NodeRecord> find(std::uint32_t number) const;
  /// At most `count` nodes with numbers above `after`, in their order.
  std::vector<NodeSummary> snapshot(std::optional<std::uint32_t> after, std::size_t count) const;
  std::size_t size() const;
  std::vector<base::Count> counts() const { return losses_.read(); }
  /// Memory of all records, about.
  std::size_t bytes() const;

  /// As it was kept in a former life; all of them before any other call.
  void restore(NodeRecord record);
  /// A node that was kept but cannot be understood, or is not wanted any more: it is taken for forgotten.
  void restore_forgotten(std::uint32_t number);

  /// What is to be done about one node: the topics to publish and to clear, and the record to keep.
  struct Work {
    NodeRecord record;
    NodeTopics publish;
    NodeTopics clear;
    bool is_forgotten = false;  // then only what to clear is there, and the record is to be dropped
  };
  /// The next of those that changed, in rotation; none: nothing is to be done now. `record.published` is what
  /// will be published once it has been done.
  std::optional<Work> take_work(base::TimePoint now);
  /// A node whose record has not been kept since it changed, also if its rest is not over. At stop.
  std::optional<NodeRecord> take_unkept();
  /// Forgets those that have been silent for `expiry`, at most `count` of them.
  void expire(base::WallTime now, std::size_t count);
  /// Nothing counts as published any more: what was is elsewhere. Says what it was.
  std::vector<std::pair<std::uint32_t, NodeTopics>> unpublish_all();

 private:
  struct Node {
    NodeRecord record;
    bool is_known = false;    // which of the two lists it is in
    bool is_kept = false;     // or something of it is published: when it goes, that must go too
    bool is_unkept = false;   // it changed since
    bool is_due = false;      // in `due`
    bool is_resting = false;  // in `resting`
  };
  using List = std::list<Node>;
  struct Rest {
    std::uint32_t number;
    base::TimePoint until;
  };
  /// Numbers are a stranger's choice: where the table lies in memory is not, so nobody can make them meet in
  /// one bucket.
  struct Hash {
    std::uint64_t seed = 0;
    std::size_t operator()(std::uint32_t number) const {
      std::uint64_t mixed = (number ^ seed) * 0x9e3779b97f4a7c15;
      mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93;
      return mixed ^ (mixed >> 32);
    }
  };
  struct Nodes {
    Nodes();
    List once;   // heard once only; the latest heard first
    List known;  // the others
    std::unordered_map<std::uint32_t, List::iterator, Hash> by_number;
    std::set<std::uint32_t> numbers;                // for `snapshot`
    std::set<std::uint32_t> due;                    // who has something to be published or kept
    std::uint32_t next_due = 0;                     // where the rotation goes on
    std::deque<Rest> resting;                       // the first to wake first
    std::map<std::uint32_t, NodeTopics> forgotten;  // what is still published or kept of nodes that went
    bool is_forgotten_next = true;                  // they and `due` take turns
    std::size_t bytes = 0;
    bool is_settled = true;  // nothing has been restored since the lists were sorted
  };

  using Found = std::unordered_map<std::uint32_t, List::iterator, Hash>::iterator;
  enum class Urgency : std::uint8_t { low, high };
  static constexpr NodeTopics radio_topic{1U << static_cast<unsigned>(NodeTopic::radio)};

  Node& touch(Nodes& nodes, Found found, std::uint32_t number, std::uint32_t now) const;
  Node& add(Nodes& nodes, std::uint32_t number, std::uint32_t now) const;
  bool see_sender(Nodes& nodes, const Sighting& seen, bool is_copy);
  void see_gateway(Nodes& nodes, const Sighting& seen, bool is_repeat);
  NodeTopics learn(Nodes& nodes, Node& node, const Sighting& seen) const;
  void make_room(Nodes& nodes, const Node* spared, std::size_t count) const;
  void settle(Nodes& nodes) const;
  NodeTopics wanted(const Node& node) const;
  Work work_on(Nodes& nodes, Node& node, base::TimePoint now) const;
  static void make_due(Nodes& nodes, Node& node);
  static void note_change(Nodes& nodes, Node& node, NodeTopics changed, Urgency urgency);
  static void rank(Nodes& nodes, Node& node);
  static void forget(Nodes& nodes, List& list, List::iterator node);
  static void wake(Nodes& nodes, base::TimePoint now);
  static Work take_forgotten(Nodes& nodes);
  static Node& take_due(Nodes& nodes);

  const NodeRules rules_;
  mutable base::Guarded<Nodes> nodes_;
  mutable base::Counters<NodeLoss, base::Writers::several> losses_{node_loss_names};
};

}  // namespace mesh
