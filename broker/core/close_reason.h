// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "broker/base/counters.h"
#include "broker/mqtt/types.h"

namespace core {

/// Why a connection ended. Every ending has exactly one of these: it stands in the log line and is counted
/// under its name. The words beside it in the log say more, for people.
enum class CloseReason : std::uint8_t {
  disconnected,              // DISCONNECT
  connection_lost,           // the socket ended or failed without one
  connection_idle,           // no CONNECT within limits.connect_timeout
  keep_alive_timeout,        // silent for one and a half times its keep-alive
  session_taken_over,        // the same client id connected again
  malformed_packet,          // bytes that are no MQTT
  protocol_error,            // MQTT, but not now or not from a client
  packet_too_large,          // limits.packet_bytes
  unsupported_version,       // a protocol level that is not served
  client_id_refused,         // no client id, and a session to keep
  not_authorized,            // who may not come in
  bad_credentials,           // a wrong name or password
  login_refused,             // after too many of those, for a while
  too_many_logins,           // more passwords wait to be looked at than limits allow
  user_removed,              // there is no such user any more
  credentials_changed,       // the user's password is another: to log in again
  message_refused,           // a plugin's verdict
  topic_too_deep,            // limits.topic_levels
  too_many_filters,          // in one packet: limits.subscriptions
  receive_maximum_exceeded,  // limits.pending_qos2
  too_slow,                  // takes nothing of what it is owed: limits.stall_timeout
  too_many_sessions,         // limits.sessions
  too_many_connections,      // limits.connections, listener.max_connections, or no descriptor left
  too_many_from_address,     // limits.connections_per_address
  too_many_connect_bytes,    // limits.connect_bytes
  network_refused,           // listener.allow_from, listener.deny_from, or no trusted proxy
  proxy_error,               // a PROXY header that is none
  tls_error,                 // the handshake or a record failed
  websocket_error,           // no upgrade, or frames that are none
  ended_by_operator,         // by the API
  server_stopping,
  end_,
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(CloseReason::end_)>
    close_reason_names = {
        "disconnected",
        "connection_lost",
        "connection_idle",
        "keep_alive_timeout",
        "session_taken_over",
        "malformed_packet",
        "protocol_error",
        "packet_too_large",
        "unsupported_version",
        "client_id_refused",
        "not_authorized",
        "bad_credentials",
        "login_refused",
        "too_many_logins",
        "user_removed",
        "credentials_changed",
        "message_refused",
        "topic_too_deep",
        "too_many_filters",
        "receive_maximum_exceeded",
        "too_slow",
        "too_many_sessions",
        "too_many_connections",
        "too_many_from_address",
        "too_many_connect_bytes",
        "network_refused",
        "proxy_error",
        "tls_error",
        "websocket_error",
        "ended_by_operator",
        "server_stopping",
};

/// One set per worker.
using CloseCounters = base::Counters<CloseReason>;

inline std::string_view name_of(CloseReason reason) {
  return close_reason_names[static_cast<std::size_t>(reason)];
}

/// What the decoder says about bytes, as the reason to close.
[[nodiscard]] CloseReason close_reason_of(mqtt::Reason reason);

}  // namespace core
