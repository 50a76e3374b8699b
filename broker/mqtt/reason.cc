// SPDX-License-Identifier: Apache-2.0
#include "broker/mqtt/reason.h"

#include <array>
#include <utility>

namespace mqtt {
namespace {

constexpr std::array<std::pair<Reason, std::string_view>, 19> reason_names = {{
    {Reason::success, "success"},
    {Reason::granted_qos_1, "granted_qos_1"},
    {Reason::granted_qos_2, "granted_qos_2"},
    {Reason::unspecified_error, "unspecified_error"},
    {Reason::malformed_packet, "malformed_packet"},
    {Reason::protocol_error, "protocol_error"},
    {Reason::implementation_error, "implementation_error"},
    {Reason::unsupported_protocol_version, "unsupported_protocol_version"},
    {Reason::client_identifier_not_valid, "client_identifier_not_valid"},
    {Reason::bad_user_name_or_password, "bad_user_name_or_password"},
    {Reason::not_authorized, "not_authorized"},
    {Reason::server_unavailable, "server_unavailable"},
    {Reason::server_shutting_down, "server_shutting_down"},
    {Reason::keep_alive_timeout, "keep_alive_timeout"},
    {Reason::session_taken_over, "session_taken_over"},
    {Reason::topic_filter_invalid, "topic_filter_invalid"},
    {Reason::topic_name_invalid, "topic_name_invalid"},
    {Reason::packet_too_large, "packet_too_large"},
    {Reason::quota_exceeded, "quota_exceeded"},
}};

}  // namespace

std::string_view reason_name(Reason reason) {
  for (const auto& [named, name] : reason_names) {
    if (named == reason) return name;
  }
  return "unknown";
}

}  // namespace mqtt
