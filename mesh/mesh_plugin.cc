// SPDX-License-Identifier: Apache-2.0
#include "mesh/mesh_plugin.h"

#include <functional>
#include <optional>
#include <utility>

#include "mesh/json_mirror.h"

namespace mesh {
namespace {

/// The copy of one gateway, told apart from those of others.
PacketIdentity of_gateway(PacketIdentity identity, std::string_view gateway) {
  identity.place ^= std::hash<std::string_view>{}(gateway);
  return identity;
}

bool publishes(Outcome outcome) {
  return outcome == Outcome::published || outcome == Outcome::payload_malformed || outcome == Outcome::named;
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
      named_(config.dedup_window, config.dedup_capacity),
      gateways_(roots_),
      downlink_(downlink_parts()),
      publish_rules_(config, log_),
      delivery_rules_(config, roots_),
      kept_({"mesh/duplicates/", duplicates_, duplicates_, config.dedup_window}),
      keys_(config.nodes, log_),
      packets_(config_, keyring_, nodes_, keys_),
      node_publisher_(nodes_, keyring_, keys_.pins(), config.topic),
      status_(config.topic),
      workspaces_(keyring_, &keys_.pins()) {
  delivery_rules_.set_own_packets(downlink_);
  know_own_node();
}

Downlink::Parts MeshPlugin::downlink_parts() {
  const auto on = [this](std::string_view topic) {
    std::vector<Listener> found;
    for (const Gateway& each : gateways_.listening_on(topic)) {
      const std::uint32_t number = each.identity.number;
      found.push_back({each.client_id, number, config_.respect_gateways && stand_down_.is_served(number)});
    }
    return found;
  };
  const auto places = [this] { return gateways_.places(); };
  const auto key_of = [this](std::uint32_t number) { return keys_.pins().key_of(number); };
  return {config_.down, keyring_, log_, config_.topic, {on, places}, key_of};
}

base::Expected<void, KeyringProblem> MeshPlugin::reload(const MeshConfig& config) {
  auto keys = KeySet::open(config);
  if (!keys) return base::make_unexpected(keys.error());
  use(*std::move(keys));
  return {};
}

/// The broker's own private key opens what is sent to its node.
void MeshPlugin::use(KeySet keys) {
  const OwnNode& own = downlink_.node();
  if (own.keys()) keys.add_node_key(own.number(), *own.keys());
  keyring_.replace(std::move(keys));
}

void MeshPlugin::know_own_node() {
  delivery_rules_.set_own_number(downlink_.node().number());
  if (auto keys = KeySet::open(config_)) use(*std::move(keys));
}

bool MeshPlugin::on_connect(const plugin::Client& client, plugin::Host&, base::TimePoint now) {
  if (const auto identity = gateway_of(client.id)) gateways_.connected(client.id, *identity, now);
  return delivery_rules_.judges(client.id);
}

void MeshPlugin::on_disconnect(const plugin::Client& client, plugin::Host&, base::TimePoint) {
  if (gateway_of(client.id)) gateways_.disconnected(client.id);
}

/// A device ignores what it is granted, and never acknowledges a message that it cannot read; a phone is a
/// full client.
mqtt::Qos MeshPlugin::on_subscribe(const plugin::Client& client, std::string_view filter, mqtt::Qos granted,
                                   plugin::Host&, base::TimePoint) {
  const auto identity = gateway_of(client.id);
  if (!identity) return granted;
  gateways_.subscribed(client.id, filter);
  if (filter.ends_with("/2/json/mqtt/+") && roots_.may_meet(filter)) stand_down_.on_json(identity->number);
  return !identity->is_proxy && roots_.may_meet(filter) ? mqtt::Qos::at_most_once : granted;
}

void MeshPlugin::on_unsubscribe(const plugin::Client& client, std::string_view filter, plugin::Host&,
                                base::TimePoint) {
  if (gateway_of(client.id)) gateways_.unsubscribed(client.id, filter);
}

void MeshPlugin::restore(std::string_view name, base::Bytes value, base::TimePoint now) {
  kept_.restore(name, value, now);
  keys_.restore(name, value);
  delivery_rules_.restore(name, value, now);
  packets_.restore(name, value, now);
  node_publisher_.restore(name, value);
  downlink_.restore(name, value);
  if (name == OwnNode::kept_name) know_own_node();
}

void MeshPlugin::on_tick(plugin::Host& host, base::TimePoint now) {
  packets_.on_tick(host, now);
  kept_.on_tick(host, now);
  keys_.on_tick(host);
  delivery_rules_.on_tick(host, now);
  node_publisher_.on_tick(host, now);
  downlink_.on_tick(host, now);
  status_.on_tick(host);
}

void MeshPlugin::on_stop(plugin::Host& host) {
  packets_.on_stop(host);
  node_publisher_.on_stop(host);
  status_.on_stop(host);
}

std::vector<base::Count> MeshPlugin::counts() const {
  std::vector<base::Count> counts = counters_.read();
  for (const base::Count& count : publish_rules_.counts()) counts.push_back(count);
  for (const base::Count& count : delivery_rules_.counts()) counts.push_back(count);
  for (const base::Count& count : keys_.counts()) counts.push_back(count);
  for (const base::Count& count : packets_.counts()) counts.push_back(count);
  for (const base::Count& count : nodes_.counts()) counts.push_back(count);
  for (const base::Count& count : downlink_.counts()) counts.push_back(count);
  return counts;
}

/// A retained envelope would be injected into the mesh at each reconnection of a gateway (reference 11.1).
plugin::Verdict MeshPlugin::on_publish(const plugin::Client& client, plugin::Draft& draft, plugin::Host& host,
                                       base::TimePoint now) {
  const std::optional<MeshTopic> topic = roots_.parse(draft.topic);
  if (!publish_rules_.allow(client, draft, topic, now)) return plugin::Verdict::drop;
  if (!topic || topic->kind == TopicKind::stat) return plugin::Verdict::pass;
  if (topic->kind == TopicKind::json) {
    note_json(client, *topic);
    if (!Downlink::is_request_topic(*topic)) return plugin::Verdict::pass;
    return downlink_.on_request({*topic, client, draft}, *workspaces_.borrow(), host, now);
  }
  draft.retain = false;
  if (!is_read(host)) return plugin::Verdict::pass;
  const Workspaces::Loan workspace = workspaces_.borrow();
  const Outcome outcome = receive({client, *topic, draft.payload, host, now, *workspace});
  counters_.add(outcome);
  if (outcome != Outcome::published) {
    log_.debug("mesh_packet",
               {{"outcome", word_for(outcome)}, {"client", client.id}, {"topic", draft.topic}});
  }
  return plugin::Verdict::pass;
}

bool MeshPlugin::on_deliver(const plugin::Delivery& delivery, const plugin::Host& host, base::TimePoint now) {
  const plugin::Draft& message = delivery.message;
  if (!delivery.is_own && message.topic.find("/2/json/") != std::string_view::npos &&
      gateway_of(delivery.receiver.id)) {
    const std::optional<MeshTopic> topic = roots_.parse(message.topic);
    if (topic && topic->kind == TopicKind::json &&
        !downlink_.may_reach_gateway(*topic, message.payload, *workspaces_.borrow()))
      return false;
  }
  if (!delivery_rules_.allow(delivery, host, now)) return false;
  if (!delivery.is_own) note_downlink(delivery, host);
  return true;
}

/// What a gateway is given of the mesh, beside its own echoes.
void MeshPlugin::note_downlink(const plugin::Delivery& delivery, const plugin::Host& host) {
  const auto gateway = gateway_of(delivery.receiver.id);
  if (!gateway || gateway->number == 0) return;
  const std::optional<MeshTopic> topic = roots_.parse(delivery.message.topic);
  if (topic && is_envelope(topic->kind)) nodes_.see_downlink(gateway->number, host.wall_time());
}

void MeshPlugin::hear_as_node(const Incoming& in, const Envelope& envelope, LazyReception& lazy) {
  const std::uint32_t own = downlink_.node().number();
  if (own == 0 || envelope.packet->to() != own) return;
  const auto& reception = lazy.get();
  if (reception) downlink_.on_reception(in.topic, *reception, in.host, in.now);
}

/// Whether anything is made of envelopes.
bool MeshPlugin::is_read(const plugin::Host& host) const {
  return config_.mirror != Mirror::off || config_.node_topics || downlink_.node().number() != 0 ||
         packets_.is_wanted(host);
}

/// Of a gateway by itself only: a stranger must not be able to switch its mirror off.
void MeshPlugin::note_json(const plugin::Client& client, const MeshTopic& topic) {
  const auto sender = gateway_of(client.id);
  if (sender && sender->number != 0 && number_of(topic.gateway) == sender->number)
    stand_down_.on_json(sender->number);
}

Outcome MeshPlugin::receive(const Incoming& in) {
  if (in.topic.kind == TopicKind::map) return learn_from_map(in);
  const Outcome outcome = mirror(in);
  if (!publishes(outcome)) return outcome;
  make_json_topic(in.topic, in.workspace.topic);
  in.host.publish({.topic = in.workspace.topic,
                   .payload = base::as_bytes(in.workspace.json.view()),
                   .audience = outcome == Outcome::named ? plugin::Audience::named : plugin::Audience::all});
  return outcome;
}

/// The copies of a packet are told apart from the first before the dear part, decryption; but only what was
/// read to the end makes later copies duplicates.
Outcome MeshPlugin::mirror(const Incoming& in) {
  Workspace& workspace = in.workspace;
  auto envelope = workspace.envelopes.read(in.payload);
  if (!envelope) return envelope.error();
  envelope->root = in.topic.root;
  if (envelope->channel_id != in.topic.channel || envelope->gateway_id != in.topic.gateway)
    return Outcome::topic_mismatch;
  if (bears_own_number(in, *envelope)) return Outcome::own_number;

  const PacketIdentity identity = identity_of(in.topic, envelope->packet->from(), envelope->packet->id());
  LazyReception lazy(workspace.receptions, *envelope, {keys_, in.host, in.now});
  hear_as_node(in, *envelope, lazy);
  collect(in, {in.topic, *envelope, identity, lazy});
  if (config_.mirror == Mirror::off) {
    remember_node(in, lazy);
    return Outcome::mirror_off;
  }
  const bool has_id = identity.id != 0;  // 0 is none (reference section 9)
  const bool may_repeat = config_.mirror == Mirror::gateway || !has_id;
  bool is_copy = !may_repeat && duplicates_.contains(identity, in.now);
  if (is_copy && !is_wanted_again(in, identity)) {
    nodes_.see(sighting_of(*envelope, in.topic, in.host.wall_time()), true);
    return Outcome::duplicate;
  }
  if (is_served_by_itself(in)) {
    if (!may_repeat) static_cast<void>(duplicates_.claim(identity, true, in.now));
    return Outcome::served;
  }

  const auto& reception = lazy.get();
  if (!reception) return reception.error();
  if (is_json_off(*reception)) return Outcome::json_off;
  remember_node(in, lazy);
  if (reception->is_unsupported() && !config_.unsupported) return Outcome::unsupported;
  if (!may_repeat && !is_copy) is_copy = !duplicates_.claim(identity, reception->is_complete(), in.now);
  if (!may_repeat && names_gateway(in)) {
    const bool is_first_of_gateway = named_.claim(of_gateway(identity, in.topic.gateway), true, in.now);
    if (is_copy && !is_first_of_gateway) return Outcome::duplicate;
  } else if (is_copy) {
    return Outcome::duplicate;
  }

  workspace.json.clear();
  append_mirror(*reception, {nodes_, workspace.json_text}, workspace.json);
  if (is_copy) return Outcome::named;
  return std::holds_alternative<Malformed>(reception->payload) ? Outcome::payload_malformed
                                                               : Outcome::published;
}

/// Whether somebody may have named this gateway. Asked about each copy, so the topic is made only if anybody
/// names anything.
bool MeshPlugin::names_gateway(const Incoming& in) {
  if (!in.host.wants_any_named()) return false;
  make_json_topic(in.topic, in.workspace.topic);
  return in.host.wants_named(in.workspace.topic);
}

/// Who has named a gateway gets all that it heard, each packet once.
bool MeshPlugin::is_wanted_again(const Incoming& in, const PacketIdentity& identity) {
  return names_gateway(in) && !named_.contains(of_gateway(identity, in.topic.gateway), in.now);
}

bool MeshPlugin::is_served_by_itself(const Incoming& in) {
  if (!config_.respect_gateways) return false;
  const auto gateway = number_of(in.topic.gateway);
  return gateway && stand_down_.on_envelope(*gateway, in.now);
}

bool MeshPlugin::bears_own_number(const Incoming& in, const Envelope& envelope) const {
  const std::uint32_t own = downlink_.node().number();
  return own != 0 && (envelope.packet->from() == own || number_of(in.topic.gateway) == own);
}

/// Map reports have no JSON and no id; their topic names neither channel nor gateway (reference section 7).
Outcome MeshPlugin::learn_from_map(const Incoming& in) {
  Workspace& workspace = in.workspace;
  auto envelope = workspace.envelopes.read(in.payload);
  if (!envelope) return envelope.error();
  const proto::MeshPacket& packet = *envelope->packet;
  const proto::MapReport* const report = workspace.receptions.payloads().read_map_report(packet.decoded());
  if (report == nullptr) return Outcome::map_report_malformed;
  envelope->root = in.topic.root;
  if (!keyring_.json_allowed(envelope->channel_id, envelope->root)) return Outcome::json_off;
  nodes_.see(sighting_of(*envelope, *report, in.topic, in.host.wall_time()));
  LazyReception lazy(workspace.receptions, *envelope, {keys_, in.host, in.now});
  collect(in, {in.topic, *envelope, identity_of(in.topic, packet.from(), packet.id()), lazy});
  return Outcome::map_report;
}

void MeshPlugin::collect(const Incoming& in, const PacketCopy& copy) {
  if (!packets_.is_wanted(in.host)) return;
  duplicates_.expect(copy.identity);
  packets_.hear(copy, in.workspace.packet_json, in.host, in.now);
}

/// Nobody knows which of several channels of one name a decoded packet belongs to: one "no" is enough.
bool MeshPlugin::is_json_off(const Reception& reception) const {
  if (reception.channel != nullptr) return !reception.channel->json;
  return !keyring_.json_allowed(reception.envelope.channel_id, reception.envelope.root);
}

/// What cannot be read, or must not leave the broker, says nothing about a node.
void MeshPlugin::remember_node(const Incoming& in, LazyReception& lazy) {
  const auto& reception = lazy.get();
  if (!reception || reception->data == nullptr || is_json_off(*reception)) return;
  nodes_.see(sighting_of(*reception, in.topic, in.host.wall_time()));
}

}  // namespace mesh
