// SPDX-License-Identifier: Apache-2.0
// A JSON request from anybody, as far as the envelopes and the answer: the answer is JSON, what is made is an
// envelope that a gateway can take, and what is refused reaches no gateway, neither as a packet nor as it is.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "broker/base/bytes.h"
#include "broker/base/check.h"
#include "broker/base/log.h"
#include "mesh/downlink.h"
#include "mesh/keyring.h"
#include "mesh/mesh_topic.h"
#include "mesh/own_envelope.h"
#include "mesh/workspace.h"

namespace {

constexpr std::string_view topic_text = "msh/2/json/mqtt/!0a0a0a0a";
constexpr std::size_t max_envelope_bytes = 1024;  // of what firmware takes
constexpr std::uint32_t open_gateway = 0xaabbccdd;
constexpr std::uint32_t json_gateway = 0x11223344;
constexpr std::uint32_t known_node = 0x12345678;

/// Takes the answer apart from the packets and looks at both.
class AnswerHost final : public plugin::Host {
 public:
  void keep(std::string_view, base::Bytes) override {}
  bool wants_below(std::string_view) const override { return true; }
  bool wants_named(std::string_view) const override { return true; }
  bool wants_any_named() const override { return true; }
  base::WallTime wall_time() const override { return {}; }
  void publish(const plugin::Publication& publication) override {
    if (publication.topic == "mesh/send/result") return read_answer(base::as_text(publication.payload));
    mesh::proto::ServiceEnvelope envelope;
    CHECK(publication.payload.size() <= max_envelope_bytes);
    CHECK(envelope.ParseFromString(std::string(base::as_text(publication.payload))));
    CHECK(envelope.packet().to() != 0 && envelope.packet().hop_limit() <= 7);
    ++envelopes;
  }

  std::size_t envelopes = 0;
  std::size_t answers = 0;  // but for packets that gave way
  bool accepted = false;
  std::string reason;

 private:
  void read_answer(std::string_view text) {
    simdjson::dom::parser parser;
    const simdjson::padded_string json(text);
    simdjson::dom::element answer;
    CHECK(parser.parse(json).get(answer) == simdjson::SUCCESS);
    if (answer["topic"].error() != simdjson::SUCCESS) return;
    ++answers;
    std::string_view words;
    CHECK(answer["accepted"].get(accepted) == simdjson::SUCCESS);
    CHECK(answer["reason"].get(words) == simdjson::SUCCESS);
    reason = words;
    CHECK(accepted || !reason.empty());
  }
};

mesh::Keyring open_keyring() {
  mesh::MeshConfig config;
  config.channels = {{"LongFast", "AQ==", 0}, {"Family", "simple3", 1}, {"Hill", "simple4", 1}};
  return *mesh::Keyring::open(config);
}

std::vector<mesh::Listener> listeners_on(std::string_view topic) {
  if (topic.starts_with("msh/2/e/Hill/")) return {};
  return {{"!aabbccdd", open_gateway}, {"!11223344", json_gateway, true}};
}

mesh::DownConfig down_config(mesh::LongText long_text) {
  mesh::DownConfig config;
  config.is_kept = true;
  config.long_text = long_text;
  config.seed = 1;
  return config;
}

/// A broker's node with one fixed key, two gateways and one node whose key is known.
class Sender {
 public:
  explicit Sender(mesh::LongText long_text)
      : keyring_(open_keyring()),
        workspace_(keyring_),
        log_(base::Level::debug, base::LogFormat::text, [](base::Level, std::string_view) {}),
        config_(down_config(long_text)),
        downlink_({config_,
                   keyring_,
                   log_,
                   "mesh",
                   {listeners_on, [] { return std::vector<mesh::Place>{}; }},
                   key_of}) {
    const std::array<std::uint8_t, 32> key = {1, 2, 3};
    downlink_.restore(mesh::OwnNode::kept_name, key);
  }

  void ask(base::Bytes payload, bool retain) {
    now_ += std::chrono::minutes{1};
    AnswerHost others;
    downlink_.on_tick(others, now_);
    AnswerHost host;
    const mesh::Roots roots({"msh"});
    const mesh::MeshTopic topic = *roots.parse(topic_text);
    plugin::Draft draft{topic_text, payload, mqtt::Qos::at_most_once, retain};
    (void)downlink_.on_request({topic, {.id = "fuzzer", .user_name = {}}, draft}, workspace_, host, now_);
    CHECK(host.answers <= 1);  // uplink has none
    if (host.answers == 0 || host.accepted) return;
    CHECK(host.envelopes == 0);
    CHECK(retain || !downlink_.may_reach_gateway(topic, payload, workspace_));
  }

 private:
  static std::optional<mesh::PublicKey> key_of(std::uint32_t number) {
    if (number != known_node) return std::nullopt;
    static const mesh::KeyPair keys = mesh::make_key_pair();
    return keys.public_key;
  }

  mesh::Keyring keyring_;
  mesh::Workspace workspace_;
  base::Log log_;
  mesh::DownConfig config_;
  mesh::Downlink downlink_;
  base::TimePoint now_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Sender whole(mesh::LongText::refuse);
  static Sender split(mesh::LongText::split);
  const base::Bytes payload(data, size);
  whole.ask(payload, false);
  split.ask(payload, false);
  whole.ask(payload, true);
  return 0;
}
