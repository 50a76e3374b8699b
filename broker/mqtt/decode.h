// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "broker/base/expected.h"
#include "broker/mqtt/frame.h"
#include "broker/mqtt/packet.h"

namespace mqtt {

/// A frame as a packet. Every rule of MQTT 3.1.1 that can be judged from the bytes alone is judged here
/// (flags, lengths, UTF-8, topics, filters, ids, connect flags); each Error names its clause. Views into the
/// frame; nothing is allocated but lists of filters. `version` is that of the connection and is ignored for
/// CONNECT, which brings its own. A CONNECT of a level that is not served decodes far enough to be refused:
/// Error{unsupported_protocol_version}.
[[nodiscard]] base::Expected<Packet, Error> decode(const Frame& frame, Version version);

/// The hot case of decode on its own: no variant is built. `frame.type` is publish.
[[nodiscard]] base::Expected<Publish, Error> decode_publish(const Frame& frame, Version version);

/// The same for PUBACK, PUBREC, PUBREL and PUBCOMP, which differ in their packet id only. 0: `frame` is none
/// of them, or not as it should be, which decode has the words for.
[[nodiscard]] PacketId ack_id(const Frame& frame);

/// The protocol level byte of a CONNECT that decode refused as unsupported_protocol_version:
/// refusal_of_level() chooses the answer by it. 0 when the frame is too short to have one.
[[nodiscard]] std::uint8_t connect_level(const Frame& frame);

}  // namespace mqtt
