// SPDX-License-Identifier: Apache-2.0
#include "broker/core/close_reason.h"

#include <utility>

namespace core {
namespace {

constexpr std::pair<mqtt::Reason, CloseReason> rows[] = {
    {mqtt::Reason::packet_too_large, CloseReason::packet_too_large},
    {mqtt::Reason::unsupported_protocol_version, CloseReason::unsupported_version},
    {mqtt::Reason::client_identifier_not_valid, CloseReason::client_id_refused},
    {mqtt::Reason::protocol_error, CloseReason::protocol_error},
};

}  // namespace

CloseReason close_reason_of(mqtt::Reason reason) {
  for (const auto& [said, meant] : rows) {
    if (said == reason) return meant;
  }
  return CloseReason::malformed_packet;
}

}  // namespace core
