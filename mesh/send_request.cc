// SPDX-License-Identifier: Apache-2.0
#include "mesh/send_request.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <simdjson.h>

#include "mesh/gateways.h"

namespace mesh {
namespace {

namespace dom = simdjson::dom;

constexpr std::array<std::string_view, static_cast<std::size_t>(RequestProblem::end_)> problem_texts = {
    "the request is longer than 4096 bytes",
    "the payload is no JSON",
    "a number in the payload is not written as JSON wants it, or has more than 64 bits",
    "the payload is no JSON object",
    "type is missing: it is \"sendtext\" or \"sendposition\"",
    "type is neither \"sendtext\" nor \"sendposition\"",
    "payload is missing",
    "the payload of sendtext is neither a string nor {\"text\": string}",
    "the text is empty",
    "the payload of sendposition is no object",
    "a position needs latitude_i and longitude_i, or latitude and longitude, as numbers",
    "the latitude is beyond 90 degrees",
    "the longitude is beyond 180 degrees",
    "the altitude is no number of metres from -12000 to 1000000",
    "the time is no number of seconds since 1970",
    "from is neither a node number nor \"!\" and eight hex digits",
    "to is neither a node number nor \"!\" and eight hex digits",
    "to is 0, which is no node; 4294967295 is everybody",
    "channel is neither an index from 0 to 7 nor a name of 1 to 11 bytes",
    "hopLimit is no number from 0 to 7",
    "want_ack is neither true nor false",
};

constexpr std::size_t max_depth = 16;  // two are needed
constexpr double units_per_degree = 1e7;

using Problem = std::optional<RequestProblem>;

/// A whole number however it was written; none for anything else.
std::optional<std::int64_t> whole(const dom::element& value) {
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number;
  double real = 0;
  if (value.get(real) != simdjson::SUCCESS) return std::nullopt;
  if (std::trunc(real) != real || std::abs(real) > 9007199254740992.0) return std::nullopt;
  return static_cast<std::int64_t>(real);
}

template <class Number>
std::optional<Number> whole_within(const dom::element& value, std::int64_t low, std::int64_t high) {
  const auto number = whole(value);
  if (!number || *number < low || *number > high) return std::nullopt;
  return static_cast<Number>(*number);
}

std::optional<std::uint32_t> node_number(const dom::element& value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return number_of(text);
  return whole_within<std::uint32_t>(value, 0, std::numeric_limits<std::uint32_t>::max());
}

/// The last member of that name.
std::optional<dom::element> last_of(const dom::object& object, std::string_view name) {
  std::optional<dom::element> found;
  for (const auto member : object) {
    if (member.key == name) found = member.value;
  }
  return found;
}

// ---- the members of a request, each by a function of this form

Problem read_from(const dom::element& value, SendRequest& request) {
  request.from = node_number(value);
  request.from_is_number = !value.is_string();
  if (!request.from || *request.from == 0 || *request.from == broadcast_number)
    return RequestProblem::bad_from;
  return {};
}

Problem read_to(const dom::element& value, SendRequest& request) {
  const auto to = node_number(value);
  if (!to) return RequestProblem::bad_to;
  if (*to == 0) return RequestProblem::to_nobody;
  request.to = *to;
  return {};
}

Problem read_channel(const dom::element& value, SendRequest& request) {
  constexpr std::size_t max_name = 11;
  std::string_view name;
  if (value.get(name) == simdjson::SUCCESS) {
    if (name.empty() || name.size() > max_name) return RequestProblem::bad_channel;
    request.channel = std::string(name);
    return {};
  }
  const auto index = whole_within<std::uint32_t>(value, 0, 7);
  if (!index) return RequestProblem::bad_channel;
  request.channel = *index;
  return {};
}

Problem read_hop_limit(const dom::element& value, SendRequest& request) {
  request.hop_limit = whole_within<std::uint8_t>(value, 0, 7);
  if (!request.hop_limit) return RequestProblem::bad_hop_limit;
  return {};
}

Problem read_want_ack(const dom::element& value, SendRequest& request) {
  if (value.get(request.want_ack) != simdjson::SUCCESS) return RequestProblem::bad_want_ack;
  return {};
}

struct Member {
  std::string_view name;
  Problem (*read)(const dom::element&, SendRequest&);
};
constexpr std::array<Member, 7> members = {{
    {"from", read_from},
    {"to", read_to},
    {"channel", read_channel},
    {"hopLimit", read_hop_limit},
    {"hop_limit", read_hop_limit},
    {"want_ack", read_want_ack},
    {"wantAck", read_want_ack},
}};

Problem read_text(const dom::element& payload, SendRequest& request) {
  std::string_view text;
  dom::object object;
  if (payload.get(object) == simdjson::SUCCESS) {
    const auto inner = last_of(object, "text");
    if (!inner || inner->get(text) != simdjson::SUCCESS) return RequestProblem::text_expected;
  } else if (payload.get(text) != simdjson::SUCCESS) {
    return RequestProblem::text_expected;
  }
  if (text.empty()) return RequestProblem::text_empty;
  request.content = RequestedText{std::string(text)};
  return {};
}

/// One of the two angles: `name` with "_i" in 1e-7 degrees, or in degrees.
struct Angle {
  std::string_view name;
  std::string_view name_i;
  double limit;  // degrees
  RequestProblem beyond;
};
constexpr Angle latitude = {"latitude", "latitude_i", 90, RequestProblem::latitude_out_of_range};
constexpr Angle longitude = {"longitude", "longitude_i", 180, RequestProblem::longitude_out_of_range};

Problem read_angle(const dom::object& position, const Angle& angle, std::int32_t& out) {
  double units = 0;
  const auto exact = last_of(position, angle.name_i);
  const auto degrees = last_of(position, angle.name);
  if (exact) {
    const auto number = whole(*exact);
    if (!number) return RequestProblem::position_incomplete;
    units = static_cast<double>(*number);
  } else if (degrees && degrees->get(units) == simdjson::SUCCESS) {
    units = std::round(units * units_per_degree);
  } else {
    return RequestProblem::position_incomplete;
  }
  if (std::abs(units) > angle.limit * units_per_degree) return angle.beyond;
  out = static_cast<std::int32_t>(units);
  return {};
}

/// Metres may have a fraction, which is dropped.
Problem read_altitude(const dom::element& value, RequestedPosition& position) {
  double metres = 0;
  if (value.get(metres) != simdjson::SUCCESS || metres < -12000 || metres > 1000000)
    return RequestProblem::altitude_out_of_range;
  position.altitude = static_cast<std::int32_t>(metres);
  return {};
}

Problem read_position(const dom::element& payload, SendRequest& request) {
  dom::object object;
  if (payload.get(object) != simdjson::SUCCESS) return RequestProblem::position_expected;
  RequestedPosition position;
  if (const Problem problem = read_angle(object, latitude, position.latitude_i)) return problem;
  if (const Problem problem = read_angle(object, longitude, position.longitude_i)) return problem;
  if (const auto altitude = last_of(object, "altitude")) {
    if (const Problem problem = read_altitude(*altitude, position)) return problem;
  }
  if (const auto time = last_of(object, "time")) {
    position.time = whole_within<std::uint32_t>(*time, 0, std::numeric_limits<std::uint32_t>::max());
    if (!position.time) return RequestProblem::time_out_of_range;
  }
  request.content = position;
  return {};
}

constexpr std::array<Member, 2> types = {{{"sendtext", read_text}, {"sendposition", read_position}}};

Problem read_content(const dom::object& object, SendRequest& request) {
  std::string_view type;
  const auto named = last_of(object, "type");
  if (!named || named->get(type) != simdjson::SUCCESS) return RequestProblem::no_type;
  const auto* const known = std::ranges::find(types, type, &Member::name);
  if (known == types.end()) return RequestProblem::unknown_type;
  const auto payload = last_of(object, "payload");
  if (!payload) return RequestProblem::no_payload;
  return known->read(*payload, request);
}

Problem read_members(const dom::object& object, SendRequest& request) {
  for (const Member& member : members) {
    const auto value = last_of(object, member.name);
    if (!value) continue;
    if (const Problem problem = member.read(*value, request)) return problem;
  }
  return {};
}

}  // namespace

struct RequestReader::Parser {
  /// The error is one of those up to not_an_object.
  base::Expected<dom::object, RequestProblem> object_of(base::Bytes payload) {
    if (payload.size() > max_request_bytes) return base::make_unexpected(RequestProblem::too_large);
    padded.assign(base::as_text(payload)).append(simdjson::SIMDJSON_PADDING, ' ');
    dom::element root;
    if (parser.allocate(max_request_bytes, max_depth) != simdjson::SUCCESS)
      return base::make_unexpected(RequestProblem::not_json);
    if (const auto error = parser.parse(padded.data(), payload.size(), false).get(root))
      return base::make_unexpected(error == simdjson::NUMBER_ERROR ? RequestProblem::number_unreadable
                                                                   : RequestProblem::not_json);
    dom::object object;
    if (root.get(object) != simdjson::SUCCESS) return base::make_unexpected(RequestProblem::not_an_object);
    return object;
  }

  dom::parser parser;
  std::string padded;
};

RequestReader::RequestReader() : parser_(std::make_unique<Parser>()) {}
RequestReader::~RequestReader() = default;

base::Expected<SendRequest, RequestProblem> RequestReader::read(base::Bytes payload) {
  const auto object = parser_->object_of(payload);
  if (!object) return base::make_unexpected(object.error());
  SendRequest request;
  if (const Problem problem = read_content(*object, request)) return base::make_unexpected(*problem);
  if (const Problem problem = read_members(*object, request)) return base::make_unexpected(*problem);
  return request;
}

bool RequestReader::is_uplink_of(base::Bytes payload, std::string_view gateway) {
  if (gateway.empty()) return false;
  const auto object = parser_->object_of(payload);
  if (!object) return false;
  const auto sender = last_of(*object, "sender");
  std::string_view text;
  return sender && sender->get(text) == simdjson::SUCCESS && text == gateway;
}

bool is_object_shaped(base::Bytes payload) {
  const std::string_view text = base::as_text(payload);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

std::string_view text_for(RequestProblem problem) { return problem_texts[static_cast<std::size_t>(problem)]; }

}  // namespace mesh
