// SPDX-License-Identifier: Apache-2.0
#include "mesh/explain.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "mesh/json_mirror.h"
#include "mesh/json_string.h"
#include "mesh/workspace.h"

namespace mesh {
namespace {

/// A stranger's text, safe for a terminal.
std::string quoted(std::string_view text) {
  TextBuffer out;
  append_string(text, out);
  return std::string(out.view());
}

std::string address(std::uint32_t number) {
  constexpr std::uint32_t broadcast = 0xffffffff;
  return number == broadcast ? "everyone" : node_id(number);
}

std::string_view advice_for(Outcome outcome) {
  switch (outcome) {
    case Outcome::empty:
      return "there are no bytes: give the payload of one MQTT message as hexadecimal text";
    case Outcome::oversize:
      return "too long for an envelope: devices send at most about 530 bytes";
    case Outcome::not_an_envelope:
      return "a device could not decode this as ServiceEnvelope: cut off, damaged, or not from a /2/e/ topic";
    case Outcome::incomplete:
      return "the envelope lacks its packet, its channel id or its gateway id: devices ignore such a message";
    case Outcome::no_key:
      return "no key is known for this channel name: add a [[mesh.channel]] with it, or try --psk "
             "NAME=BASE64";
    case Outcome::wrong_hash:
      return "no key of this channel name fits the packet's channel hash: the sender uses another PSK";
    case Outcome::wrong_key:
      return "the channel hash fits, but what comes out is no Data message: another PSK with the same hash";
    case Outcome::published:
    case Outcome::payload_malformed:
    case Outcome::named:
    case Outcome::duplicate:
    case Outcome::unsupported:
    case Outcome::served:
    case Outcome::own_number:
    case Outcome::json_off:
    case Outcome::topic_mismatch:
    case Outcome::map_report:
    case Outcome::map_report_malformed:
    case Outcome::mirror_off:
    case Outcome::end_:
      break;  // not what reading a single envelope ends in
  }
  return "";
}

class Explainer {
 public:
  Explainer(const Keyring& keyring, const MeshConfig& config)
      : keyring_(keyring), config_(config), workspace_(keyring) {}

  Explanation run(base::Bytes bytes) {
    const auto envelope = workspace_.envelopes.read(bytes);
    if (!envelope) {
      say(advice_for(envelope.error()));
    } else {
      explain_packet(*envelope);
      explain_reception(*envelope);
    }
    return std::move(explanation_);
  }

 private:
  void say(std::string_view line) { explanation_.lines.emplace_back(line); }

  void explain_packet(const Envelope& envelope) {
    const proto::MeshPacket& packet = *envelope.packet;
    say("channel " + quoted(envelope.channel_id) + ", published by gateway " + quoted(envelope.gateway_id));
    say("packet " + node_id(packet.id()).substr(1) + " from " + node_id(packet.from()) + " to " +
        address(packet.to()) + ", hop limit " + std::to_string(packet.hop_limit()) + " of " +
        std::to_string(packet.hop_start()));
    if (envelope.is_encrypted()) {
      say("encrypted, " + std::to_string(packet.encrypted().size()) + " bytes, channel hash " +
          std::to_string(packet.channel()));
      if (envelope.channel_id != pki_channel_id) explain_keys(envelope);
    }
  }

  void explain_keys(const Envelope& envelope) {
    for (const Channel& channel : keyring_.named(envelope.channel_id)) {
      const std::string strength =
          channel.key.size == 0 ? "no encryption" : "AES-" + std::to_string(channel.key.size * 8);
      say("key for " + quoted(channel.name) + ": " + strength + ", hash " + std::to_string(channel.hash) +
          (channel.hash == envelope.packet->channel() ? ", fits" : ", does not fit"));
    }
  }

  void explain_reception(const Envelope& envelope) {
    const auto reception = workspace_.receptions.read(envelope);
    if (!reception) return say(advice_for(reception.error()));
    if (reception->data == nullptr) {
      say(envelope.is_encrypted() ? "a direct message: only sender and receiver have the key"
                                  : "the packet has neither decoded nor encrypted content");
    } else {
      explain_data(*reception);
    }
    explain_json(*reception);
  }

  void explain_data(const Reception& reception) {
    const proto::PortNum port = reception.data->portnum();
    const std::string& name = proto::PortNum_Name(port);
    say(std::string(reception.channel != nullptr ? "decrypted" : "not encrypted") + ": port " +
        std::to_string(static_cast<std::uint32_t>(port)) + (name.empty() ? "" : " " + name) +
        ", payload of " + std::to_string(reception.data->payload().size()) + " bytes");
    if (std::holds_alternative<Malformed>(reception.payload)) {
      say("a device could not decode that payload: the JSON has its type, but no \"payload\"");
    }
  }

  void explain_json(const Reception& reception) {
    if (reception.channel != nullptr ? !reception.channel->json
                                     : !keyring_.json_allowed(reception.envelope.channel_id)) {
      return say("no JSON: the channel has json = false");
    }
    if (reception.is_unsupported() && !config_.unsupported) {
      return say(
          "no JSON: the firmware has no type for this; mesh.json.unsupported = true publishes \"type\":\"\"");
    }
    const NodeTable no_names(0);
    append_mirror(reception, {no_names, workspace_.json_text}, workspace_.json);
    explanation_.json = workspace_.json.view();
  }

  const Keyring& keyring_;
  const MeshConfig& config_;
  Workspace workspace_;
  Explanation explanation_;
};

}  // namespace

Explanation explain(base::Bytes envelope, const Keyring& keyring, const MeshConfig& config) {
  return Explainer(keyring, config).run(envelope);
}

}  // namespace mesh
