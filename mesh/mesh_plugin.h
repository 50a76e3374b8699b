// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "broker/base/counters.h"
#include "broker/base/expected.h"
#include "broker/base/log.h"
#include "broker/plugin/plugin.h"
#include "mesh/duplicates.h"
#include "mesh/kept_state.h"
#include "mesh/keyring.h"
#include "mesh/mesh_config.h"
#include "mesh/mesh_topic.h"
#include "mesh/node_publisher.h"
#include "mesh/node_table.h"
#include "mesh/outcome.h"
#include "mesh/packet_feed.h"
#include "mesh/status_topic.h"
#include "mesh/workspace.h"

namespace mesh {

/// Publishes, next to every ServiceEnvelope that it can read, the JSON which firmware 2.7.26 would have
/// published. It never changes or withholds the envelope itself. Owned by main. Hooks run on any worker,
/// several at once: what they share is guarded (node names, duplicates, idle workspaces) or immutable (roots,
/// keys, configuration).
class MeshPlugin final : public plugin::Plugin {
 public:
  /// `log` must outlive the plugin. The problem names the channel whose PSK cannot be understood.
  static base::Expected<std::unique_ptr<MeshPlugin>, KeyringProblem> open(const MeshConfig& config,
                                                                          const base::Log& log);

  std::string_view name() const override { return "mesh"; }
  plugin::Verdict on_publish(const plugin::Client& client, plugin::Draft& draft, plugin::Host& host,
                             base::TimePoint now) override;
  void restore(std::string_view name, base::Bytes value, base::TimePoint now) override;
  void on_tick(plugin::Host& host, base::TimePoint now) override;
  void on_stop(plugin::Host& host) override;
  std::vector<base::Count> counts() const override;

 private:
  /// What a hook works with.
  struct Hook {
    Workspace& workspace;
    plugin::Host& host;
    base::TimePoint now;
  };

  MeshPlugin(const MeshConfig& config, Keyring keyring, const base::Log& log);

  Outcome receive(const MeshTopic& topic, const plugin::Draft& draft, plugin::Host& host,
                  base::TimePoint now);
  /// Leaves the JSON in `workspace`, when the outcome is one of the two that publish.
  Outcome mirror(const MeshTopic& topic, base::Bytes payload, const Hook& hook);
  Outcome learn_from_map(const MeshTopic& topic, base::Bytes payload, const Hook& hook);
  void collect(const PacketCopy& copy, const Hook& hook);
  bool is_json_off(const Reception& reception) const;
  void remember_node(const MeshTopic& topic, LazyReception& lazy, const Hook& hook);

  const MeshConfig config_;
  const Keyring keyring_;
  const Roots roots_;
  const base::Log& log_;
  NodeTable nodes_;
  Duplicates duplicates_;
  KeptState kept_;
  PacketFeed packets_;
  NodePublisher node_publisher_;
  StatusTopic status_;
  Workspaces workspaces_;
  base::Counters<Outcome, base::Writers::several> counters_{outcome_names};
};

}  // namespace mesh
