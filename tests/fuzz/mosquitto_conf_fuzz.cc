// SPDX-License-Identifier: Apache-2.0
// Any text as a mosquitto.conf: what is not refused is valid TOML of ours, and what is refused says why.
#include <cstddef>
#include <cstdint>
#include <string>

#include "broker/app/config/text.h"
#include "broker/app/mosquitto/import.h"
#include "broker/base/bytes.h"
#include "broker/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(base::as_text({data, size}));
  static_cast<void>(app::mosquitto::includes(text));
  const app::mosquitto::Imported imported = app::mosquitto::convert({{"file", text}});
  if (imported.is_refused) {
    CHECK(!imported.notes.empty());
    return 0;
  }
  CHECK(app::parse_config(imported.toml, "toml").has_value());
  return 0;
}
