// SPDX-License-Identifier: Apache-2.0
#include "mesh/publish_rules.h"

#include <array>

#include "mesh/downlink.h"
#include "mesh/envelope_peek.h"
#include "mesh/gateways.h"

namespace mesh {
namespace {

constexpr base::Counters<Objection, base::Writers::several>::Names names = {
    "mesh_refused_own_topic",      "mesh_refused_no_gateway", "mesh_refused_other_gateway",
    "mesh_refused_other_envelope", "mesh_refused_other_user",
};

constexpr std::array<std::string_view, static_cast<std::size_t>(Objection::end_)> explanations = {
    "only the broker publishes below mesh.topic",
    "mesh.gateway_identity: the client id must be that of a gateway, as !a1b2c3d4",
    "mesh.gateway_identity: the last level of the topic is another gateway than the client id",
    "mesh.gateway_identity: the envelope's gateway_id is another gateway than the client id",
    "mesh.gateway_users: this gateway belongs to another user",
};

}  // namespace

PublishRules::PublishRules(const MeshConfig& config, const base::Log& log)
    : own_(config.topic + "/"),
      roots_(config.roots),
      checks_gateways_(config.gateway_identity),
      log_(log),
      counters_(names) {
  for (const GatewayUser& each : config.gateway_users) users_.insert_or_assign(each.number, each.user);
}

bool PublishRules::allow(const plugin::Client& client, const plugin::Draft& draft,
                         const std::optional<MeshTopic>& topic, base::TimePoint now) {
  Objection objection = Objection::end_;
  if (!topic) {
    if (is_own_topic(draft.topic)) objection = Objection::own_topic;
    if (checks_gateways_ && lacks_gateway(draft.topic)) objection = Objection::other_gateway;
  } else if (checks_gateways_) {
    objection = against(client, *topic, draft.payload);
  }
  if (objection == Objection::end_) return true;
  counters_.add(objection);
  const base::Level level = lines_.take(now) ? base::Level::info : base::Level::debug;
  if (!log_.enabled(level)) return false;
  log_.write(level, "mesh_publish_refused",
             {{"client", client.id},
              {"user", client.user_name},
              {"topic", draft.topic},
              {"hint", explanations[static_cast<std::size_t>(objection)]}});
  return false;
}

/// A topic that would be an envelope's with a gateway behind it: subscriptions to "…/#" hear it.
bool PublishRules::lacks_gateway(std::string_view topic) const {
  const auto completed = roots_.parse(std::string(topic) + "/-/-");
  return completed && is_envelope(completed->kind);
}

bool PublishRules::is_own_topic(std::string_view topic) const {
  return topic.starts_with(own_) || topic == std::string_view(own_).substr(0, own_.size() - 1);
}

/// A phone that does not tell its node in its client id is one only where a user says so.
Objection PublishRules::against(const plugin::Client& client, const MeshTopic& topic,
                                base::Bytes payload) const {
  if (Downlink::is_request_topic(topic)) return Objection::end_;
  const auto identity = gateway_of(client.id);
  const auto in_topic = number_of(topic.gateway);
  if (topic.kind == TopicKind::json && !in_topic) return Objection::end_;  // no uplink: nothing is claimed
  if (!identity) return Objection::no_gateway;
  const auto peek =
      topic.kind == TopicKind::json || topic.kind == TopicKind::stat ? std::nullopt : peek_envelope(payload);
  const auto claimed = topic.kind == TopicKind::map && peek ? number_of(peek->gateway_id) : in_topic;
  if (!claimed || (identity->number != 0 && *claimed != identity->number)) return Objection::other_gateway;
  if (peek && number_of(peek->gateway_id) != claimed) return Objection::other_envelope;
  const auto tied = users_.find(*claimed);
  if (tied != users_.end() && tied->second != client.user_name) return Objection::other_user;
  return tied == users_.end() && identity->number == 0 ? Objection::no_gateway : Objection::end_;
}

}  // namespace mesh
