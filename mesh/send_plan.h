// SPDX-License-Identifier: Apache-2.0
// What a JSON request comes to: which packets, on which topic, to which gateways; or why none. Decides and
// changes nothing, so it can be asked again when a gateway is about to get the request itself.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <proto/mesh.pb.h>

#include "broker/base/expected.h"
#include "mesh/down_config.h"
#include "mesh/keyring.h"
#include "mesh/listeners.h"
#include "mesh/own_node.h"
#include "mesh/send_request.h"

namespace mesh {

using KeyOf = std::function<std::optional<PublicKey>(std::uint32_t number)>;

/// Borrowed for the call.
struct PlanSources {
  const DownConfig& config;
  const OwnNode& node;
  const Keyring& keyring;
  const Listeners& listeners;
  const KeyOf& key_of;  // of the nodes whose public keys are known
};

struct SendPlan {
  const Channel* channel = nullptr;   // null: sealed for the receiver, or nothing is made
  std::optional<SharedKey> shared;    // with the receiver of a sealed packet
  std::string topic;                  // of the envelopes
  std::vector<Listener> listeners;    // who gets them
  std::vector<Listener> self_served;  // who takes the request itself
  std::vector<proto::Data> parts;     // several of a long text
};

/// The error is the reason for the one who asked.
base::Expected<SendPlan, std::string> plan_send(const SendRequest& request, std::string_view root,
                                                const PlanSources& sources);

}  // namespace mesh
