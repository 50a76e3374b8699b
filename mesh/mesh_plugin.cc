// SPDX-License-Identifier: Apache-2.0
#include "mesh/mesh_plugin.h"

#include <functional>
#include <optional>
#include <utility>

#include "mesh/json_mirror.h"

namespace mesh {
namespace {

PacketIdentity identity_of(const MeshTopic& topic, const proto::MeshPacket& packet) {
  const std::hash<std::string_view> hash;
  const std::uint64_t place = hash(topic.root) * 31 + hash(topic.channel);
  return {place, packet.from(), packet.id()};
}

bool publishes(Outcome outcome) {
  return outcome == Outcome::published || outcome == Outcome::payload_malformed;
}

}  // namespace

base::Expected<std::unique_ptr<MeshPlugin>, KeyringProblem> MeshPlugin::open(const MeshConfig& config,
                                                                             const base::Log& log) {
  auto keyring = Keyring::open(config);
  if (!keyring) return base::make_unexpected(keyring.error());
  return std::unique_ptr<MeshPlugin>(new MeshPlugin(config, *std::move(keyring), log));
}

MeshPlugin::MeshPlugin(const MeshConfig& config, Keyring keyring, const base::Log& log)
    : config_(config),
      keyring_(std::move(keyring)),
      roots_(config.roots),
      log_(log),
      nodes_({config.nodes, config.node_topics, config.node_expiry}),
      duplicates_(config.dedup_window, config.dedup_capacity),
      kept_(duplicates_, config.dedup_window),
      packets_(config_, keyring_, nodes_),
      node_publisher_(nodes_, keyring_, config.topic),
      status_(config.topic),
      workspaces_(keyring_) {}

plugin::Verdict MeshPlugin::on_publish(const plugin::Client& client, plugin::Draft& draft, plugin::Host& host,
                                       base::TimePoint now) {
  const std::optional<MeshTopic> topic = roots_.parse(draft.topic);
  if (!topic || topic->kind == TopicKind::json || topic->kind == TopicKind::stat)
    return plugin::Verdict::pass;
  if (config_.mirror == Mirror::off && !config_.node_topics && !packets_.is_wanted(host))
    return plugin::Verdict::pass;
  const Outcome outcome = receive(*topic, draft, host, now);
  counters_.add(outcome);
  if (outcome != Outcome::published) {
    log_.debug("mesh_packet",
               {{"outcome", word_for(outcome)}, {"client", client.id}, {"topic", draft.topic}});
  }
  return plugin::Verdict::pass;
}

Outcome MeshPlugin::receive(const MeshTopic& topic, const plugin::Draft& draft, plugin::Host& host,
                            base::TimePoint now) {
  const Workspaces::Loan workspace = workspaces_.borrow();
  const Hook hook{*workspace, host, now};
  if (topic.kind == TopicKind::map) return learn_from_map(topic, draft.payload, hook);
  const Outcome outcome = mirror(topic, draft.payload, hook);
  if (!publishes(outcome)) return outcome;
  make_json_topic(topic, workspace->topic);
  host.publish({workspace->topic, base::as_bytes(workspace->json.view())});
  return outcome;
}

/// The copies of a packet are told apart from the first before the dear part, decryption; but only what was
/// read to the end makes later copies duplicates.
Outcome MeshPlugin::mirror(const MeshTopic& topic, base::Bytes payload, const Hook& hook) {
  Workspace& workspace = hook.workspace;
  const auto envelope = workspace.envelopes.read(payload);
  if (!envelope) return envelope.error();
  if (envelope->channel_id != topic.channel || envelope->gateway_id != topic.gateway)
    return Outcome::topic_mismatch;

  const PacketIdentity identity = identity_of(topic, *envelope->packet);
  LazyReception lazy(workspace.receptions, *envelope);
  collect({topic, *envelope, identity, lazy}, hook);
  if (config_.mirror == Mirror::off) {
    remember_node(topic, lazy, hook);
    return Outcome::mirror_off;
  }
  const bool has_id = identity.id != 0;  // 0 is none (reference section 9)
  const bool may_repeat = config_.mirror == Mirror::gateway || !has_id;
  if (!may_repeat && duplicates_.contains(identity, hook.now)) {
    nodes_.see(sighting_of(*envelope, topic, hook.host.wall_time()), true);
    return Outcome::duplicate;
  }

  const auto& reception = lazy.get();
  if (!reception) return reception.error();
  if (is_json_off(*reception)) return Outcome::json_off;
  remember_node(topic, lazy, hook);
  if (reception->is_unsupported() && !config_.unsupported) return Outcome::unsupported;
  if (!may_repeat && !duplicates_.claim(identity, reception->is_complete(), hook.now))
    return Outcome::duplicate;

  workspace.json.clear();
  append_mirror(*reception, {nodes_, workspace.json_text}, workspace.json);
  return std::holds_alternative<Malformed>(reception->payload) ? Outcome::payload_malformed
                                                               : Outcome::published;
}

/// Map reports have no JSON and no id; their topic names neither channel nor gateway (reference section 7).
Outcome MeshPlugin::learn_from_map(const MeshTopic& topic, base::Bytes payload, const Hook& hook) {
  const auto envelope = hook.workspace.envelopes.read(payload);
  if (!envelope) return envelope.error();
  const proto::MapReport* const report =
      hook.workspace.receptions.payloads().read_map_report(envelope->packet->decoded());
  if (report == nullptr) return Outcome::map_report_malformed;
  if (!keyring_.json_allowed(envelope->channel_id)) return Outcome::json_off;
  nodes_.see(sighting_of(*envelope, *report, topic, hook.host.wall_time()));
  LazyReception lazy(hook.workspace.receptions, *envelope);
  collect({topic, *envelope, identity_of(topic, *envelope->packet), lazy}, hook);
  return Outcome::map_report;
}

void MeshPlugin::collect(const PacketCopy& copy, const Hook& hook) {
  if (packets_.is_wanted(hook.host)) packets_.hear(copy, hook.workspace.packet_json, hook.host, hook.now);
}

void MeshPlugin::restore(std::string_view name, base::Bytes value, base::TimePoint now) {
  kept_.restore(name, value, now);
  packets_.restore(name, value, now);
  node_publisher_.restore(name, value);
}

void MeshPlugin::on_tick(plugin::Host& host, base::TimePoint now) {
  packets_.on_tick(host, now);
  kept_.on_tick(host, now);
  node_publisher_.on_tick(host, now);
  status_.on_tick(host);
}

void MeshPlugin::on_stop(plugin::Host& host) {
  packets_.on_stop(host);
  node_publisher_.on_stop(host);
  status_.on_stop(host);
}

std::vector<base::Count> MeshPlugin::counts() const {
  std::vector<base::Count> counts = counters_.read();
  for (const base::Count& count : packets_.counts()) counts.push_back(count);
  for (const base::Count& count : nodes_.counts()) counts.push_back(count);
  return counts;
}

/// Nobody knows which of several channels of one name a decoded packet belongs to: one "no" is enough.
bool MeshPlugin::is_json_off(const Reception& reception) const {
  if (reception.channel != nullptr) return !reception.channel->json;
  return !keyring_.json_allowed(reception.envelope.channel_id);
}

/// What cannot be read, or must not leave the broker, says nothing about a node.
void MeshPlugin::remember_node(const MeshTopic& topic, LazyReception& lazy, const Hook& hook) {
  const auto& reception = lazy.get();
  if (!reception || reception->data == nullptr || is_json_off(*reception)) return;
  nodes_.see(sighting_of(*reception, topic, hook.host.wall_time()));
}

}  // namespace mesh
