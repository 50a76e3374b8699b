// SPDX-License-Identifier: Apache-2.0
// What the tests of mesh/ share: a host that records, hexadecimal, messages built by hand.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <proto/mesh.pb.h>

#include "broker/base/bytes.h"
#include "broker/base/log.h"
#include "broker/base/time.h"
#include "broker/plugin/plugin.h"
#include "mesh/mesh_config.h"
#include "mesh/mesh_plugin.h"
#include "mesh/outcome.h"

namespace mesh::test {

struct Published {
  std::string topic;
  std::string payload;
  mqtt::Qos qos;
  bool retain;
  plugin::Audience audience = plugin::Audience::all;
};

class FakeHost final : public plugin::Host {
 public:
  void keep(std::string_view name, base::Bytes value) override {
    if (value.empty()) {
      kept.erase(std::string(name));
    } else {
      kept[std::string(name)] = base::as_text(value);
    }
  }
  void publish(const plugin::Publication& publication) override {
    published.push_back({std::string(publication.topic), std::string(base::as_text(publication.payload)),
                         publication.qos, publication.retain, publication.audience});
  }

  bool wants_below(std::string_view) const override { return is_wanted; }
  bool wants_named(std::string_view topic) const override { return named.contains(topic); }
  bool wants_any_named() const override { return !named.empty(); }
  base::WallTime wall_time() const override { return wall; }

  bool is_wanted = true;
  std::set<std::string, std::less<>> named;  // topics
  base::WallTime wall{std::chrono::seconds{1609459200}};
  std::vector<Published> published;
  std::map<std::string, std::string> kept;
};

/// A plugin with its host and log, and the shortest way to give it a message.
class Mesh {
 public:
  explicit Mesh(const MeshConfig& config);

  /// What it published for this one message.
  std::vector<Published> receive(std::string_view topic, std::string_view payload, std::int64_t at_s = 0,
                                 std::string_view client_id = "gateway-1");
  std::uint64_t count(Outcome outcome) const;
  /// What it published at a graceful stop.
  std::vector<Published> stop();
  /// Everything that `before` has kept, as after a restart.
  void restore(const Mesh& before, std::int64_t at_s = 0);
  std::uint64_t count(std::string_view name) const;
  /// What it published at this tick.
  std::vector<Published> tick(std::int64_t at_s);
  /// A graceful stop; what it had kept is given to `heir`.
  void stop(Mesh& heir, std::int64_t at_s);
  FakeHost& host() { return host_; }
  MeshPlugin& plugin() { return *plugin_; }

  std::vector<std::string> log_lines;

 private:
  FakeHost host_;
  base::Log log_;
  std::unique_ptr<MeshPlugin> plugin_;
};

std::string from_hex(std::string_view hex);
std::string to_hex(std::string_view bytes);

/// Whether a standard reader (simdjson) takes it, which implies UTF-8.
bool is_json(std::string_view text);

/// A packet like those of the reference: from !11223344 to all, id 7, one hop away, no bitfield.
proto::MeshPacket make_packet();
/// `data` in a packet, encrypted with the key of `psk` if there is one, in an envelope of `gateway`.
struct Sending {
  std::string channel = "LongFast";
  std::string gateway = "!aabbccdd";
  std::string psk;  // text; "" leaves the packet decoded
  proto::MeshPacket packet = make_packet();
};
std::string make_envelope(const proto::Data& data, const Sending& sending = {});
proto::Data make_text(std::string_view text);
std::string topic_of(const Sending& sending);

}  // namespace mesh::test
