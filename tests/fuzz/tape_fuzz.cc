// SPDX-License-Identifier: Apache-2.0
// A line of a tape from anywhere: what is read of it is a message that a broker takes, and is written so that
// it reads the same.
#include <cstddef>
#include <cstdint>
#include <sstream>

#include "broker/app/simulate/tape.h"
#include "broker/base/bytes.h"
#include "broker/base/check.h"
#include "broker/mqtt/topic.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = app::simulate::read_tape(base::as_text(base::Bytes(data, size)));
  if (!message) return 0;
  CHECK(message->at.count() >= 0 && message->at <= app::simulate::TapeMessage::latest);
  CHECK(mqtt::is_valid_topic(message->topic));
  std::ostringstream out;
  app::simulate::write_tape(*message, out);
  const std::string line = out.str();
  CHECK(line.back() == '\n');
  const auto again = app::simulate::read_tape(std::string_view(line).substr(0, line.size() - 1));
  CHECK(again && again->at == message->at && again->topic == message->topic);
  CHECK(again->payload == message->payload);
  return 0;
}
