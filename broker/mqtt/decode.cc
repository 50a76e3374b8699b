// SPDX-License-Identifier: Apache-2.0
#include "broker/mqtt/decode.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "broker/base/bytes.h"
#include "broker/base/check.h"
#include "broker/mqtt/dialect.h"
#include "broker/mqtt/topic.h"
#include "broker/mqtt/utf8.h"

namespace mqtt {
namespace {

using base::Reader;
using Decoded = base::Expected<Packet, Error>;

auto refused(Reason reason, std::string_view what) { return base::make_unexpected(Error{reason, what}); }
auto malformed(std::string_view what) { return refused(Reason::malformed_packet, what); }

/// Where Reader's care is felt.
std::uint16_t u16_at(base::Bytes bytes, std::size_t at) {
  return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

constexpr std::uint8_t dup_flag = 0x08;
constexpr std::uint8_t retain_flag = 0x01;

constexpr std::string_view not_decoded = "packet of a version that is not served [MQTT-3.1.2-2]";

/// The flags every packet type but PUBLISH must carry, by type [MQTT-2.2.2-1].
constexpr std::array<std::uint8_t, 16> reserved_flags = {0, 0, 0, 0, 0, 0, 2, 0, 2, 0, 2, 0, 0, 0, 0, 0};

/// MQTT 3.1 (2.1) sets DUP on a PUBREL, SUBSCRIBE or UNSUBSCRIBE that is sent again.
bool has_reserved_flags(const Frame& frame, Version version) {
  const std::uint8_t expected = reserved_flags[static_cast<std::size_t>(frame.type)];
  const std::uint8_t ignored = version == Version::v31 && expected != 0 ? dup_flag : 0;
  return (frame.flags & ~ignored) == expected;
}

constexpr std::uint8_t clean_session_flag = 0x02;
constexpr std::uint8_t will_flag = 0x04;
constexpr std::uint8_t will_retain_flag = 0x20;
constexpr std::uint8_t password_flag = 0x40;
constexpr std::uint8_t user_name_flag = 0x80;

constexpr std::uint32_t never_expires = 0xffffffff;

/// A combination of connect flags that must not be: (flags & mask) == value.
struct FlagRule {
  std::uint8_t mask, value;
  std::string_view what;
};
constexpr std::array<FlagRule, 6> flag_rules = {{
    {0x01, 0x01, "CONNECT's reserved flag is set [MQTT-3.1.2-3]"},
    {0x18, 0x18, "Will QoS 3 [MQTT-3.1.2-14]"},
    {0x0c, 0x08, "Will QoS without a will [MQTT-3.1.2-13]"},
    {0x14, 0x10, "Will QoS without a will [MQTT-3.1.2-13]"},
    {0x24, 0x20, "Will Retain without a will [MQTT-3.1.2-15]"},
    {0xc0, 0x40, "password without a user name [MQTT-3.1.2-22]"},
}};

/// What is wrong with the connect flags; empty: nothing.
std::string_view flag_fault(std::uint8_t flags) {
  for (const FlagRule& rule : flag_rules) {
    if ((flags & rule.mask) == rule.value) return rule.what;
  }
  return {};
}

/// A protocol name and the level that goes with it.
struct Protocol {
  std::string_view name;
  Version version;
};
constexpr std::array<Protocol, 2> protocols = {{{"MQTT", Version::v311}, {"MQIsdp", Version::v31}}};

base::Expected<Version, Error> read_version(Reader& in) {
  const std::string_view name = base::as_text(in.prefixed());
  const std::uint8_t level = in.u8();
  if (!in.ok()) return malformed("CONNECT ends before its protocol level [3.1.1 3.1.2]");
  for (const Protocol& protocol : protocols) {
    if (protocol.name != name) continue;
    if (level == static_cast<std::uint8_t>(protocol.version)) return protocol.version;
    return refused(Reason::unsupported_protocol_version, "protocol level not served [MQTT-3.1.2-2]");
  }
  return malformed("unknown protocol name [MQTT-3.1.2-1]");
}

Will read_will(Reader& in, std::uint8_t flags) {
  Will will;
  will.topic = base::as_text(in.prefixed());
  will.payload = in.prefixed();
  will.qos = static_cast<Qos>((flags >> 3) & 0x03);
  will.retain = (flags & will_retain_flag) != 0;
  return will;
}

/// User name or password. MQTT 3.1 (3.1, "User name and password flags"): Remaining Length takes precedence
/// over the flag, so a field that is missing at the end counts as not there.
std::optional<base::Bytes> read_credential(Reader& in, bool is_flagged, Version version) {
  if (!is_flagged) return std::nullopt;
  if (version == Version::v31 && in.ok() && in.remaining() == 0) return std::nullopt;
  return in.prefixed();
}

void read_payload(Reader& in, std::uint8_t flags, Connect& connect) {
  connect.client_id = base::as_text(in.prefixed());
  if ((flags & will_flag) != 0) connect.will = read_will(in, flags);
  const auto user_name = read_credential(in, (flags & user_name_flag) != 0, connect.version);
  if (user_name) connect.user_name = base::as_text(*user_name);
  connect.password = read_credential(in, (flags & password_flag) != 0, connect.version);
}

/// The text fields' rules; nothing: all kept.
std::optional<Error> text_fault(const Connect& connect) {
  if (!is_valid_utf8(connect.client_id)) {
    return Error{Reason::malformed_packet, "client id is not UTF-8 [MQTT-3.1.3-4]"};
  }
  if (connect.will && !is_valid_utf8(connect.will->topic)) {
    return Error{Reason::malformed_packet, "will topic is not UTF-8 [MQTT-3.1.3-10]"};
  }
  if (connect.will && !is_valid_topic(connect.will->topic)) {
    return Error{Reason::topic_name_invalid, "will topic is empty or has a wildcard [MQTT-4.7.1-1, 4.7.3-1]"};
  }
  if (connect.user_name && !is_valid_utf8(*connect.user_name)) {
    return Error{Reason::malformed_packet, "user name is not UTF-8 [MQTT-3.1.3-11]"};
  }
  return std::nullopt;
}

Decoded decode_connect(const Frame& frame) {
  Reader in(frame.body);
  const auto version = read_version(in);
  if (!version) return base::make_unexpected(version.error());
  std::uint8_t flags = in.u8();
  if (*version == Version::v31) flags &= 0xfe;  // 3.1 reserves bit 0 without a rule for it
  if (const std::string_view fault = flag_fault(flags); !fault.empty()) return malformed(fault);
  Connect connect;
  connect.version = *version;
  connect.clean_start = (flags & clean_session_flag) != 0;
  connect.session_expiry_s = connect.clean_start ? 0 : never_expires;
  connect.keepalive_s = in.u16();
  read_payload(in, flags, connect);
  if (!in.ok()) return malformed("CONNECT ends inside a field [MQTT-3.1.3-1]");
  if (in.remaining() != 0) return malformed("bytes after CONNECT's last field [MQTT-3.1.2-18, 3.1.2-20]");
  if (const auto fault = text_fault(connect)) return base::make_unexpected(*fault);
  return Packet(connect);
}

Decoded decode_connack(const Frame& frame, Version version) {
  if (frame.body.size() != 2) return malformed("CONNACK is not two bytes long [3.1.1 3.2.1]");
  // 3.1 reserves the first byte as a whole.
  const std::uint8_t acknowledge = version == Version::v31 ? std::uint8_t{0} : frame.body[0];
  if (acknowledge > 1) return malformed("CONNACK's reserved flags are set [3.1.1 3.2.2.1]");
  const std::optional<Reason> reason = connack_reason(frame.body[1]);
  if (!reason) return malformed("CONNACK's return code is reserved [3.1.1 3.2.2.3]");
  if (acknowledge == 1 && *reason != Reason::success) {
    return refused(Reason::protocol_error, "session present beside a refusal [MQTT-3.2.2-4]");
  }
  return Packet(Connack{acknowledge == 1, *reason});
}

/// PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK: a packet id and nothing else.
template <class Ack>
Decoded decode_ack(const Frame& frame) {
  if (frame.body.size() != 2) return malformed("acknowledgement is not two bytes long [3.1.1 3.4.1]");
  const PacketId id = Reader(frame.body).u16();
  if (id == 0) return refused(Reason::protocol_error, "packet id is 0 [MQTT-2.3.1-1]");
  return Packet(Ack{id});
}

template <class Empty>
Decoded decode_empty(const Frame& frame) {
  if (!frame.body.empty()) return malformed("packet has a body where none is [3.1.1 2.4]");
  return Packet(Empty{});
}

/// What is wrong with a packet id that was just read and the list that should follow; nothing: all right.
std::optional<Error> list_fault(const Reader& in, PacketId id) {
  if (!in.ok()) return Error{Reason::malformed_packet, "packet ends before its packet id [MQTT-2.3.1-1]"};
  if (id == 0) return Error{Reason::protocol_error, "packet id is 0 [MQTT-2.3.1-1]"};
  if (in.remaining() == 0) {
    return Error{Reason::protocol_error, "list without an entry [MQTT-3.8.3-3, 3.10.3-2]"};
  }
  return std::nullopt;
}

/// What is wrong with a filter that was just read; nothing: all right.
std::optional<Error> filter_fault(const Reader& in, std::string_view filter) {
  if (!in.ok()) return Error{Reason::malformed_packet, "packet ends inside a topic filter [3.1.1 3.8.3]"};
  if (!is_valid_utf8(filter)) {
    return Error{Reason::malformed_packet, "topic filter is not UTF-8 [MQTT-3.8.3-1, 3.10.3-1]"};
  }
  if (!is_valid_filter(filter)) {
    return Error{Reason::topic_filter_invalid,
                 "topic filter is empty or has a misplaced wildcard [MQTT-4.7.1-2, 4.7.1-3, 4.7.3-1]"};
  }
  return std::nullopt;
}

Decoded decode_subscribe(const Frame& frame) {
  Reader in(frame.body);
  Subscribe subscribe;
  subscribe.packet_id = in.u16();
  if (const auto fault = list_fault(in, subscribe.packet_id)) return base::make_unexpected(*fault);
  while (in.remaining() > 0) {
    const std::string_view filter = base::as_text(in.prefixed());
    const std::uint8_t options = in.u8();
    if (const auto fault = filter_fault(in, filter)) return base::make_unexpected(*fault);
    if (options > 2) return malformed("reserved bits or QoS 3 in a subscription's options [MQTT-3-8.3-4]");
    subscribe.entries.push_back({filter, {.qos = static_cast<Qos>(options)}});
  }
  return Packet(std::move(subscribe));
}

Decoded decode_suback(const Frame& frame, Version version) {
  Reader in(frame.body);
  Suback suback;
  suback.packet_id = in.u16();
  if (const auto fault = list_fault(in, suback.packet_id)) return base::make_unexpected(*fault);
  for (const std::uint8_t code : in.rest()) {
    const std::optional<Reason> reason = suback_reason(code, version);
    if (!reason) return malformed("SUBACK's return code is reserved [MQTT-3.9.3-2]");
    suback.reasons.push_back(*reason);
  }
  return Packet(std::move(suback));
}

Decoded decode_unsubscribe(const Frame& frame) {
  Reader in(frame.body);
  Unsubscribe unsubscribe;
  unsubscribe.packet_id = in.u16();
  if (const auto fault = list_fault(in, unsubscribe.packet_id)) return base::make_unexpected(*fault);
  while (in.remaining() > 0) {
    const std::string_view filter = base::as_text(in.prefixed());
    if (const auto fault = filter_fault(in, filter)) return base::make_unexpected(*fault);
    unsubscribe.filters.push_back(filter);
  }
  return Packet(std::move(unsubscribe));
}

/// Every type but CONNECT and PUBLISH.
Decoded decode_rest(const Frame& frame, Version version) {
  switch (frame.type) {
    case PacketType::connack:
      return decode_connack(frame, version);
    case PacketType::puback:
      return decode_ack<Puback>(frame);
    case PacketType::pubrec:
      return decode_ack<Pubrec>(frame);
    case PacketType::pubrel:
      return decode_ack<Pubrel>(frame);
    case PacketType::pubcomp:
      return decode_ack<Pubcomp>(frame);
    case PacketType::subscribe:
      return decode_subscribe(frame);
    case PacketType::suback:
      return decode_suback(frame, version);
    case PacketType::unsubscribe:
      return decode_unsubscribe(frame);
    case PacketType::unsuback:
      return decode_ack<Unsuback>(frame);
    case PacketType::pingreq:
      return decode_empty<Pingreq>(frame);
    case PacketType::pingresp:
      return decode_empty<Pingresp>(frame);
    case PacketType::disconnect:
      return decode_empty<Disconnect>(frame);
    case PacketType::connect:
    case PacketType::publish:
      break;
  }
  CHECK(false);
}

/// Every rule of PUBLISH; nothing: all kept.
std::optional<Error> read_publish(const Frame& frame, Version version, Publish& publish) {
  if (version == Version::v5) return Error{Reason::unsupported_protocol_version, not_decoded};
  const int qos = (frame.flags >> 1) & 0x03;
  if (qos == 3) return Error{Reason::malformed_packet, "PUBLISH QoS 3 [MQTT-3.3.1-4]"};
  publish.qos = static_cast<Qos>(qos);
  publish.dup = (frame.flags & dup_flag) != 0;
  publish.retain = (frame.flags & retain_flag) != 0;
  if (publish.dup && qos == 0) return Error{Reason::malformed_packet, "DUP at QoS 0 [MQTT-3.3.1-2]"};
  const base::Bytes body = frame.body;
  const std::size_t topic_end = body.size() < 2 ? 2 : 2 + u16_at(body, 0);
  const std::size_t head_bytes = topic_end + (qos == 0 ? 0 : 2);
  if (body.size() < head_bytes) {
    return Error{Reason::malformed_packet,
                 "PUBLISH ends inside its topic or packet id [MQTT-3.3.2-1, 2.3.1-1]"};
  }
  publish.topic = base::as_text(body.subspan(2, topic_end - 2));
  if (qos != 0) publish.packet_id = u16_at(body, topic_end);
  publish.payload = body.subspan(head_bytes);
  if (qos != 0 && publish.packet_id == 0) {
    return Error{Reason::protocol_error, "packet id is 0 [MQTT-2.3.1-1]"};
  }
  if (is_usual_topic(publish.topic)) return std::nullopt;
  if (!is_valid_utf8(publish.topic)) {
    return Error{Reason::malformed_packet, "topic is not UTF-8 [MQTT-3.3.2-1, 1.5.3-1, 1.5.3-2]"};
  }
  if (!is_valid_topic(publish.topic)) {
    return Error{Reason::topic_name_invalid, "topic is empty or has a wildcard [MQTT-3.3.2-2, 4.7.3-1]"};
  }
  return std::nullopt;
}

}  // namespace

base::Expected<Packet, Error> decode(const Frame& frame, Version version) {
  if (frame.type == PacketType::publish) {
    return decode_publish(frame, version).map([](const Publish& publish) { return Packet(publish); });
  }
  if (!has_reserved_flags(frame, version)) return malformed("reserved flags are wrong [MQTT-2.2.2-2]");
  if (frame.type == PacketType::connect) return decode_connect(frame);
  if (version == Version::v5) return refused(Reason::unsupported_protocol_version, not_decoded);
  return decode_rest(frame, version);
}

base::Expected<Publish, Error> decode_publish(const Frame& frame, Version version) {
  // Filled in place: copying eight-byte fields just written costs as much as all the rules.
  base::Expected<Publish, Error> publish;
  if (const auto fault = read_publish(frame, version, *publish)) publish = base::make_unexpected(*fault);
  return publish;
}

PacketId ack_id(const Frame& frame) {
  const bool is_ack = frame.type >= PacketType::puback && frame.type <= PacketType::pubcomp;
  if (!is_ack || frame.flags != reserved_flags[static_cast<std::size_t>(frame.type)]) return 0;
  if (frame.body.size() != 2) return 0;
  return u16_at(frame.body, 0);
}

std::uint8_t connect_level(const Frame& frame) {
  Reader in(frame.body);
  static_cast<void>(in.prefixed());
  return in.u8();
}

}  // namespace mqtt
