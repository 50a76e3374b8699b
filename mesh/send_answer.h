// SPDX-License-Identifier: Apache-2.0
// What is published on TOPIC/send/result: an answer to each JSON request, and what the mesh says to its
// packet later. Every text is valid UTF-8 JSON whatever came in. docs/sending.md has it for users.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/awaited_acks.h"
#include "mesh/text_buffer.h"

namespace mesh {

/// What becomes of a packet at one gateway. The larger counts for a text in several parts.
enum class GatewayState : std::uint8_t { sent, waiting, queue_full, own_firmware };

struct AnsweredGateway {
  std::uint32_t number = 0;
  GatewayState state = GatewayState::sent;
};

/// `accepted`: at least one gateway gets it or has it already. Views, borrowed for the call.
struct SendAnswer {
  std::string_view topic;
  std::vector<std::uint32_t> ids = {};  // one for each part; empty: nothing was made
  bool accepted = false;
  std::string reason = {};        // empty: nothing to say
  std::string_view channel = {};  // of the packets, "PKI" for a sealed one; empty: none
  std::vector<AnsweredGateway> gateways = {};
  std::string_view request = {};  // JSON; empty: it was none
};

void append_answer(const SendAnswer& answer, TextBuffer& out);
/// A packet that gave way in the queue of that gateway.
void append_displaced(std::uint32_t id, std::string_view receiver, TextBuffer& out);
void append_acknowledgement(const Acknowledgement& acknowledgement, std::string_view gateway,
                            TextBuffer& out);

}  // namespace mesh
