// SPDX-License-Identifier: Apache-2.0
// mesh/packet/… of any Data of any port: the input is the Data message itself, so that its other fields vary,
// too. What comes out is JSON.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <proto/mesh.pb.h>

#include "broker/base/log.h"
#include "mesh/mesh_plugin.h"
#include "tests/fuzz/json_host.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const base::Log log(base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {});
  mesh::MeshConfig config = fuzz::permissive_config();
  config.mirror = mesh::Mirror::off;
  static const auto opened = mesh::MeshPlugin::open(config, log);
  mesh::proto::ServiceEnvelope envelope;
  envelope.set_channel_id("LongFast");
  envelope.set_gateway_id("!aabbccdd");
  envelope.mutable_packet()->set_channel(10);  // the hash of this name without a key
  envelope.mutable_packet()->set_encrypted(bytes, size);
  fuzz::JsonHost host;
  const plugin::Client client{"fuzzer", {}};
  const std::string at_once = envelope.SerializeAsString();
  plugin::Draft draft{"msh/2/e/LongFast/!aabbccdd", base::as_bytes(at_once)};
  (void)(*opened)->on_publish(client, draft, host, {});
  static std::int64_t second = 0;
  envelope.mutable_packet()->set_id(static_cast<std::uint32_t>(++second));
  const std::string collected = envelope.SerializeAsString();
  draft.payload = base::as_bytes(collected);
  (void)(*opened)->on_publish(client, draft, host, base::TimePoint{std::chrono::seconds{second}});
  (*opened)->on_tick(host, base::TimePoint{std::chrono::seconds{second + 3}});
  return 0;
}
