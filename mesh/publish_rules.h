// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/base/counters.h"
#include "broker/base/log.h"
#include "broker/plugin/plugin.h"
#include "mesh/log_allowance.h"
#include "mesh/mesh_config.h"
#include "mesh/mesh_topic.h"

namespace mesh {

/// Why a client may not publish a message. `end_`: it may.
enum class Objection : std::uint8_t {
  own_topic,       // below mesh.topic, where only the broker speaks
  no_gateway,      // its client id is no gateway's
  other_gateway,   // its topic's last level is another gateway
  other_envelope,  // its envelope names another gateway
  other_user,      // its gateway belongs to another user
  end_,
};

/// Who may publish what, beside the operator's rules: nobody where the broker itself publishes, and with
/// mesh.gateway_identity a gateway only as itself. Owned by the plugin; any thread.
class PublishRules {
 public:
  /// `log` outlives it.
  PublishRules(const MeshConfig& config, const base::Log& log);

  /// `topic` is that of `draft`, if it is the mesh's. Counted and logged when it is not allowed.
  bool allow(const plugin::Client& client, const plugin::Draft& draft, const std::optional<MeshTopic>& topic,
             base::TimePoint now);
  std::vector<base::Count> counts() const { return counters_.read(); }

 private:
  bool is_own_topic(std::string_view topic) const;
  bool lacks_gateway(std::string_view topic) const;
  Objection against(const plugin::Client& client, const MeshTopic& topic, base::Bytes payload) const;

  const std::string own_;  // with a slash behind it
  const Roots roots_;
  const bool checks_gateways_;
  std::unordered_map<std::uint32_t, std::string> users_;  // by node number
  const base::Log& log_;
  LogAllowance lines_;
  base::Counters<Objection, base::Writers::several> counters_;
};

}  // namespace mesh
