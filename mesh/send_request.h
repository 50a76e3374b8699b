// SPDX-License-Identifier: Apache-2.0
// A JSON object that asks for a packet to be sent into the mesh, as firmware 2.7 understood it (reference
// section 5), and what may be written more comfortably. Any bytes may come in; pure but for the parser's
// memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/base/bytes.h"
#include "broker/base/expected.h"

namespace mesh {

constexpr std::uint32_t broadcast_number = 0xffffffff;
/// With escapes and all: the longest text takes a quarter of it.
constexpr std::size_t max_request_bytes = 4096;

/// Why a request is refused. Each has a text for its sender.
enum class RequestProblem : std::uint8_t {
  too_large,
  not_json,
  number_unreadable,
  not_an_object,
  no_type,
  unknown_type,
  no_payload,
  text_expected,
  text_empty,
  position_expected,
  position_incomplete,
  latitude_out_of_range,
  longitude_out_of_range,
  altitude_out_of_range,
  time_out_of_range,
  bad_from,
  bad_to,
  to_nobody,
  bad_channel,
  bad_hop_limit,
  bad_want_ack,
  end_,
};
std::string_view text_for(RequestProblem problem);

struct RequestedText {
  std::string text;  // UTF-8
};
/// Units as in Position: 1e-7 degrees, metres, seconds since 1970.
struct RequestedPosition {
  std::int32_t latitude_i = 0;
  std::int32_t longitude_i = 0;
  std::optional<std::int32_t> altitude;
  std::optional<std::uint32_t> time;
};

struct SendRequest {
  std::variant<RequestedText, RequestedPosition> content;
  std::optional<std::uint32_t> from;  // the gateway that is to send it; none: all of the channel's
  bool from_is_number = false;        // not "!hex", which firmware does not understand
  std::uint32_t to = broadcast_number;
  std::variant<std::uint32_t, std::string> channel = std::uint32_t{0};  // index or name
  std::optional<std::uint8_t> hop_limit;
  bool want_ack = false;
};

/// Whether firmware would see an object in it, if it could read it at all: what is none stops old gateways.
bool is_object_shaped(base::Bytes payload);

/// Keeps a parser and its memory; one thread at a time.
class RequestReader {
 public:
  RequestReader();
  ~RequestReader();

  /// Of a member that is there twice, the last counts.
  base::Expected<SendRequest, RequestProblem> read(base::Bytes payload);
  /// Whether it is an object whose `sender` is this: what a gateway on a channel called "mqtt" publishes.
  bool is_uplink_of(base::Bytes payload, std::string_view gateway);

 private:
  struct Parser;  // keeps simdjson's header out of ours
  std::unique_ptr<Parser> parser_;
};

}  // namespace mesh
