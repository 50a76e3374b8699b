// SPDX-License-Identifier: Apache-2.0
// The payload of every port, from a sender whose envelope is in order: the first byte is the port, the rest
// the payload. What comes out is JSON.
#include <cstddef>
#include <cstdint>
#include <string>

#include <proto/mesh.pb.h>

#include "broker/base/log.h"
#include "mesh/mesh_plugin.h"
#include "tests/fuzz/json_host.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const base::Log log(base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {});
  static const auto opened = mesh::MeshPlugin::open(fuzz::permissive_config(), log);
  if (size == 0) return 0;
  mesh::proto::ServiceEnvelope envelope;
  envelope.set_channel_id("LongFast");
  envelope.set_gateway_id("!aabbccdd");
  mesh::proto::Data& data = *envelope.mutable_packet()->mutable_decoded();
  data.set_portnum(static_cast<mesh::proto::PortNum>(bytes[0]));
  data.set_payload(bytes + 1, size - 1);
  data.set_request_id(1);
  const std::string payload = envelope.SerializeAsString();
  fuzz::JsonHost host;
  const plugin::Client client{"fuzzer", {}};
  plugin::Draft draft{"msh/2/e/LongFast/!aabbccdd", base::as_bytes(payload)};
  (void)(*opened)->on_publish(client, draft, host, {});
  return 0;
}
