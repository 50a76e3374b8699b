// SPDX-License-Identifier: Apache-2.0
#include "broker/mqtt/dialect.h"

#include <array>

namespace mqtt {
namespace {

struct ConnackRow {
  Reason reason;
  std::uint8_t code;
};

/// 3.1.1 table 3.1; 3.1 has the same. The first row of a code is what the code means when it is read. A limit
/// and a stopping server are "the service is unavailable": the client is right to try again later.
constexpr std::array<ConnackRow, 8> connack_rows = {{
    {Reason::success, 0x00},
    {Reason::unsupported_protocol_version, 0x01},
    {Reason::client_identifier_not_valid, 0x02},
    {Reason::server_unavailable, 0x03},
    {Reason::server_shutting_down, 0x03},
    {Reason::quota_exceeded, 0x03},
    {Reason::bad_user_name_or_password, 0x04},
    {Reason::not_authorized, 0x05},
}};

constexpr std::uint8_t suback_failure = 0x80;

constexpr std::array<std::uint8_t, 5> refusal_of_v5 = {0x20, 0x03, 0x00, 0x84, 0x00};
constexpr std::array<std::uint8_t, 4> refusal_of_others = {0x20, 0x02, 0x00, 0x01};

bool is_granted(std::uint8_t code) { return code <= static_cast<std::uint8_t>(Qos::exactly_once); }

}  // namespace

std::optional<std::uint8_t> connack_code(Reason reason, Version version) {
  if (version == Version::v5) return static_cast<std::uint8_t>(reason);
  for (const ConnackRow& row : connack_rows) {
    if (row.reason == reason) return row.code;
  }
  return std::nullopt;
}

std::optional<Reason> connack_reason(std::uint8_t code) {
  for (const ConnackRow& row : connack_rows) {
    if (row.code == code) return row.reason;
  }
  return std::nullopt;
}

std::uint8_t suback_code(Reason reason, Version version) {
  const auto code = static_cast<std::uint8_t>(reason);
  if (version == Version::v5 || is_granted(code)) return code;
  return version == Version::v31 ? std::uint8_t{0} : suback_failure;
}

std::optional<Reason> suback_reason(std::uint8_t code, Version version) {
  if (is_granted(code)) return static_cast<Reason>(code);
  if (version == Version::v311 && code == suback_failure) return Reason::unspecified_error;
  return std::nullopt;
}

base::Bytes refusal_of_level(std::uint8_t level) {
  if (level == static_cast<std::uint8_t>(Version::v5)) return refusal_of_v5;
  return refusal_of_others;
}

}  // namespace mqtt
