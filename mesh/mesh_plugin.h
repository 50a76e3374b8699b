// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "broker/base/counters.h"
#include "broker/base/expected.h"
#include "broker/base/log.h"
#include "broker/plugin/plugin.h"
#include "mesh/delivery_rules.h"
#include "mesh/downlink.h"
#include "mesh/duplicates.h"
#include "mesh/gateways.h"
#include "mesh/kept_claims.h"
#include "mesh/keyring.h"
#include "mesh/mesh_config.h"
#include "mesh/mesh_topic.h"
#include "mesh/node_keys.h"
#include "mesh/node_publisher.h"
#include "mesh/node_table.h"
#include "mesh/outcome.h"
#include "mesh/packet_feed.h"
#include "mesh/publish_rules.h"
#include "mesh/stand_down.h"
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

  /// From now on the keys are those of `config`; nothing else of it is obeyed. With a problem the old ones
  /// stay. While hooks run, too; one thread at a time.
  base::Expected<void, KeyringProblem> reload(const MeshConfig& config);

  const NodeTable& nodes() const { return nodes_; }
  /// Who has which key, and whose signature is valid.
  NodeKeys& node_keys() { return keys_; }

  std::string_view name() const override { return "mesh"; }
  plugin::Verdict on_publish(const plugin::Client& client, plugin::Draft& draft, plugin::Host& host,
                             base::TimePoint now) override;
  bool on_connect(const plugin::Client& client, plugin::Host& host, base::TimePoint now) override;
  void on_disconnect(const plugin::Client& client, plugin::Host& host, base::TimePoint now) override;
  mqtt::Qos on_subscribe(const plugin::Client& client, std::string_view filter, mqtt::Qos granted,
                         plugin::Host& host, base::TimePoint now) override;
  void on_unsubscribe(const plugin::Client& client, std::string_view filter, plugin::Host& host,
                      base::TimePoint now) override;
  bool on_deliver(const plugin::Delivery& delivery, const plugin::Host& host, base::TimePoint now) override;
  void restore(std::string_view name, base::Bytes value, base::TimePoint now) override;
  void on_tick(plugin::Host& host, base::TimePoint now) override;
  void on_stop(plugin::Host& host) override;
  std::vector<base::Count> counts() const override;

 private:
  MeshPlugin(const MeshConfig& config, Keyring keyring, const base::Log& log);

  /// One message on a mesh topic, and whose hook it runs on.
  struct Incoming {
    const plugin::Client& client;
    const MeshTopic& topic;
    base::Bytes payload;
    plugin::Host& host;
    base::TimePoint now;
    Workspace& workspace;
  };
  bool is_read(const plugin::Host& host) const;
  void note_json(const plugin::Client& client, const MeshTopic& topic);
  Downlink::Parts downlink_parts();
  void use(KeySet keys);
  void know_own_node();
  /// A packet for the broker's own node, which has its say whatever becomes of the JSON.
  void hear_as_node(const Incoming& in, const Envelope& envelope, LazyReception& lazy);
  Outcome receive(const Incoming& in);
  bool is_served_by_itself(const Incoming& in);
  bool bears_own_number(const Incoming& in, const Envelope& envelope) const;
  /// Leaves the JSON in `workspace`, when the outcome is one of those that publish.
  Outcome mirror(const Incoming& in);
  void collect(const Incoming& in, const PacketCopy& copy);
  void note_downlink(const plugin::Delivery& delivery, const plugin::Host& host);
  static bool names_gateway(const Incoming& in);
  bool is_wanted_again(const Incoming& in, const PacketIdentity& identity);
  Outcome learn_from_map(const Incoming& in);
  bool is_json_off(const Reception& reception) const;
  void remember_node(const Incoming& in, LazyReception& lazy);

  const MeshConfig config_;
  Keyring keyring_;
  const Roots roots_;
  const base::Log& log_;
  NodeTable nodes_;
  Duplicates duplicates_;
  Duplicates named_;  // copies given to those who named their gateway
  Gateways gateways_;
  StandDown stand_down_;
  Downlink downlink_;
  PublishRules publish_rules_;
  DeliveryRules delivery_rules_;
  KeptClaims kept_;
  NodeKeys keys_;
  PacketFeed packets_;
  NodePublisher node_publisher_;
  StatusTopic status_;
  Workspaces workspaces_;
  base::Counters<Outcome, base::Writers::several> counters_{outcome_names};
};

}  // namespace mesh
