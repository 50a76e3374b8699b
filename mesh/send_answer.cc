// SPDX-License-Identifier: Apache-2.0
#include "mesh/send_answer.h"

#include <array>
#include <cstddef>

#include "mesh/enum_names.h"
#include "mesh/envelope.h"
#include "mesh/json_writer.h"

namespace mesh {
namespace {

constexpr std::array<std::string_view, 4> state_names = {"sent", "waiting", "queue_full", "own_firmware"};

/// A value that is JSON already.
void append_raw(std::string_view name, std::string_view value, JsonWriter& json, TextBuffer& out) {
  json.key(name);
  out.append(value);
}

/// The list may be older than the firmware.
std::string_view error_name(std::uint32_t error) {
  const std::string_view name = enum_name(Enumeration::routing_error, error);
  return name.empty() ? "UNKNOWN" : name;
}

std::string_view truth(bool value) { return value ? "true" : "false"; }

void append_gateways(const std::vector<AnsweredGateway>& gateways, JsonWriter& json) {
  json.key("gateways");
  json.open('[');
  for (const AnsweredGateway& each : gateways) {
    json.open('{');
    json.text("gateway", node_id(each.number));
    json.text("state", state_names[static_cast<std::size_t>(each.state)]);
    json.close('}');
  }
  json.close(']');
}

}  // namespace

void append_answer(const SendAnswer& answer, TextBuffer& out) {
  JsonWriter json(out);
  json.open('{');
  append_raw("accepted", truth(answer.accepted), json, out);
  if (!answer.channel.empty()) json.text("channel", answer.channel);
  append_gateways(answer.gateways, json);
  json.integer("id", answer.ids.empty() ? 0 : answer.ids.front());
  if (answer.ids.size() > 1) {
    json.key("ids");
    json.open('[');
    for (const std::uint32_t id : answer.ids) json.integer(id);
    json.close(']');
  }
  json.text("reason", answer.reason);
  if (!answer.request.empty()) append_raw("request", answer.request, json, out);
  json.text("topic", answer.topic);
  json.close('}');
}

void append_displaced(std::uint32_t id, std::string_view receiver, TextBuffer& out) {
  JsonWriter json(out);
  json.open('{');
  append_raw("accepted", "false", json, out);
  json.integer("id", id);
  json.text("reason", "it gave way to a later packet in the queue of " + std::string(receiver));
  json.close('}');
}

void append_acknowledgement(const Acknowledgement& acknowledgement, std::string_view gateway,
                            TextBuffer& out) {
  JsonWriter json(out);
  json.open('{');
  append_raw("acked", truth(acknowledgement.error == 0), json, out);
  json.text("by", node_id(acknowledgement.by));
  json.text("error", error_name(acknowledgement.error));
  json.text("gateway", gateway);
  json.integer("id", acknowledgement.id);
  json.close('}');
}

}  // namespace mesh
