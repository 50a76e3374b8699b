// SPDX-License-Identifier: Apache-2.0
// A whole ServiceEnvelope from a stranger, through the plugin: no crash, and only JSON comes out.
#include <cstddef>
#include <cstdint>

#include "broker/base/log.h"
#include "mesh/mesh_plugin.h"
#include "tests/fuzz/json_host.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const base::Log log(base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {});
  static const auto opened = mesh::MeshPlugin::open(fuzz::permissive_config(), log);
  fuzz::JsonHost host;
  const plugin::Client client{"fuzzer", {}};
  const base::Bytes payload{bytes, size};
  for (const std::string_view topic : {"msh/2/e/LongFast/!aabbccdd", "msh/2/e/PKI/!aabbccdd", "msh/2/map/"}) {
    plugin::Draft draft{topic, payload};
    (void)(*opened)->on_publish(client, draft, host, base::TimePoint{});
  }
  return 0;
}
