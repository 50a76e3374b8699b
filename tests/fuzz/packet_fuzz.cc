// SPDX-License-Identifier: Apache-2.0
// A stream of packets, cut into chunks of as many bytes as the first byte says. For each version served: what
// is decoded must not depend on the cuts, and must encode to something that decodes to the same.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "broker/base/check.h"
#include "broker/mqtt/decode.h"
#include "broker/mqtt/encode.h"
#include "tests/support/packet_text.h"

namespace {

using mqtt::Version;
using Octets = std::vector<std::uint8_t>;

constexpr std::size_t max_bytes = 65'536;
constexpr std::array<Version, 2> served = {Version::v31, Version::v311};

Octets exactly(base::Bytes bytes) { return {bytes.begin(), bytes.end()}; }

/// Returns the packet's text.
std::string encoded_and_back(const mqtt::Packet& packet, Version version) {
  base::Buffer out;
  mqtt::encode(packet, version, out);
  const Octets bytes = exactly(out.bytes());
  const auto frame = mqtt::next_frame(bytes, bytes.size());
  CHECK(frame && *frame && (*frame)->bytes.size() == bytes.size());
  const auto again = mqtt::decode(**frame, version);
  CHECK(again.has_value());
  std::string text = support::packet_text(packet);
  CHECK(support::packet_text(*again) == text);
  return text;
}

/// One line for the packet at the front of `pending`, which it takes out; empty: more bytes are needed. A
/// fault ends the stream.
std::string next_line(Octets& pending, Version version, bool& has_ended) {
  const auto frame = mqtt::next_frame(pending, max_bytes);
  has_ended = !frame;
  if (!frame) return support::error_text(frame.error()) + '\n';
  if (!*frame) return {};
  const Octets bytes = exactly((*frame)->bytes);
  pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(bytes.size()));
  const auto packet = mqtt::decode(mqtt::next_frame(bytes, max_bytes).value().value(), version);
  has_ended = !packet;
  if (!packet) return support::error_text(packet.error()) + '\n';
  return encoded_and_back(*packet, version) + '\n';
}

std::string transcript(base::Bytes input, std::size_t step, Version version) {
  std::string text;
  Octets pending;
  for (bool has_ended = false; !input.empty() && !has_ended;) {
    const base::Bytes chunk = input.first(std::min(step, input.size()));
    pending.insert(pending.end(), chunk.begin(), chunk.end());
    input = input.subspan(chunk.size());
    std::string line;
    do {
      line = next_line(pending, version, has_ended);
      text += line;
    } while (!line.empty() && !has_ended);
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::Bytes input = base::Bytes(data, size).subspan(1);
  for (const Version version : served) {
    CHECK(transcript(input, data[0] + std::size_t{1}, version) == transcript(input, size, version));
  }
  return 0;
}
