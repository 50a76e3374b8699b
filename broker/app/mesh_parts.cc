// SPDX-License-Identifier: Apache-2.0
#include "broker/app/mesh_parts.h"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "mesh/channel_text.h"
#include "mesh/explain.h"
#include "mesh/gateways.h"

namespace app {
namespace {

mesh::Mirror mirror_of(JsonMirror mirror) {
  switch (mirror) {
    case JsonMirror::packet:
      return mesh::Mirror::packet;
    case JsonMirror::gateway:
      return mesh::Mirror::gateway;
    case JsonMirror::off:
      return mesh::Mirror::off;
  }
  return mesh::Mirror::off;
}

mesh::Deliver deliver_of(DedupDelivery deliver) {
  switch (deliver) {
    case DedupDelivery::gateways:
      return mesh::Deliver::gateways;
    case DedupDelivery::everyone:
      return mesh::Deliver::everyone;
    case DedupDelivery::off:
      return mesh::Deliver::off;
  }
  return mesh::Deliver::off;
}

/// Waiting packets leave once a second: a burst holds at least what a second allows.
mesh::SendPace pace_of(const Rate& rate) {
  mesh::SendPace pace;
  pace.interval = std::chrono::microseconds(rate.per) / rate.count;
  const auto in_a_second = static_cast<std::size_t>(std::chrono::seconds(1) / pace.interval);
  pace.burst = std::max(pace.burst, in_a_second);
  return pace;
}

mesh::DownConfig down_config_of(const MeshSettings& settings) {
  mesh::DownConfig down;
  down.node_number = settings.node_id;
  down.long_name = settings.node_name;
  down.short_name = settings.node_short_name;
  down.hop_limit = settings.down.hop_limit;
  down.long_text =
      settings.down.long_text == LongText::split ? mesh::LongText::split : mesh::LongText::refuse;
  down.pace = pace_of(settings.down.per_gateway);
  return down;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string read_input(const Arguments& arguments) {
  if (arguments.input != "-") return arguments.input;
  return {std::istreambuf_iterator<char>(std::cin), {}};
}

/// Two digits a byte, white space anywhere between bytes, "0x" in front tolerated.
std::optional<std::vector<std::uint8_t>> bytes_of_hex(std::string text) {
  std::erase_if(text, is_space);
  std::string_view digits = text;
  if (digits.starts_with("0x")) digits.remove_prefix(2);
  if (digits.empty() || digits.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint8_t> bytes(digits.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char* at = digits.data() + 2 * i;
    if (std::from_chars(at, at + 2, bytes[i], 16).ptr != at + 2) return std::nullopt;
  }
  return bytes;
}

}  // namespace

mesh::MeshConfig mesh_config_of(const MeshSettings& settings) {
  mesh::MeshConfig config;
  config.roots = settings.roots;
  for (const Channel& channel : settings.channels) {
    config.channels.push_back({channel.name, channel.psk, channel.index, channel.json, channel.root});
  }
  config.share_urls = settings.share_urls;
  config.default_key = settings.default_key;
  config.mirror = mirror_of(settings.json.mirror);
  config.unsupported = settings.json.unsupported;
  config.dedup_window = settings.dedup.window;
  config.dedup_capacity = settings.dedup.capacity;
  config.deliver = deliver_of(settings.dedup.deliver);
  config.respect_gateways = settings.json.respect_gateways;
  config.nodes = settings.nodes;
  config.node_expiry = settings.node_expiry;
  config.node_topics = settings.node_topics;
  config.packet_window = settings.packet.window;
  config.gateway_identity = settings.gateway_identity;
  for (const std::string& each : settings.gateway_users) {
    const std::size_t equals = each.rfind('=');
    config.gateway_users.push_back(
        {mesh::number_of(each.substr(equals + 1)).value_or(0), each.substr(0, equals)});
  }
  config.topic = settings.topic;
  config.down = down_config_of(settings);
  return config;
}

std::string keyring_problem_text(const mesh::MeshConfig& config, const mesh::KeyringProblem& problem) {
  if (problem.entry == mesh::KeyringProblem::Entry::share_url) {
    return "mesh.share_urls: the share URL " + std::to_string(problem.channel + 1) + " " +
           std::string(problem.what);
  }
  return "the psk of channel \"" + config.channels[problem.channel].name + "\" " + std::string(problem.what);
}

int decode_envelope(const Arguments& arguments, const Config& config) {
  const auto bytes = bytes_of_hex(read_input(arguments));
  if (!bytes) {
    std::cerr << "decode: the input is no hex: give the payload of one message as hex digits, or - for "
                 "standard input\n";
    return 2;
  }
  mesh::MeshConfig mesh_config = mesh_config_of(config.mesh);
  for (const NamedPsk& added : arguments.psks) {
    mesh_config.channels.push_back({.name = added.name, .psk = added.psk});
  }
  const auto keyring = mesh::Keyring::open(mesh_config);
  if (!keyring) {
    std::cerr << "decode: " << keyring_problem_text(mesh_config, keyring.error()) << '\n';
    return 2;
  }
  const mesh::Explanation explanation = mesh::explain(*bytes, *keyring, mesh_config);
  for (const std::string& line : explanation.lines) std::cerr << line << '\n';
  if (explanation.json) std::cout << *explanation.json << '\n';
  return explanation.json ? 0 : 1;
}

int describe_channel(const Arguments& arguments) {
  const auto lines = mesh::describe_channels(
      arguments.input, arguments.shows_keys ? mesh::KeyBytes::shown : mesh::KeyBytes::hidden);
  if (!lines) {
    std::cerr << "channel: " << lines.error() << '\n';
    return 2;
  }
  for (const std::string& line : *lines) std::cout << line << '\n';
  return 0;
}

}  // namespace app
