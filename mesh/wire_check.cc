// SPDX-License-Identifier: Apache-2.0
#include "mesh/wire_check.h"

#include <array>
#include <cstddef>
#include <string_view>

#include "broker/base/check.h"
#include "mesh/utf8.h"

namespace mesh {
namespace {

enum class WireType : std::uint8_t { varint = 0, bits64 = 1, length = 2, bits32 = 5 };

constexpr std::size_t max_fields = 32;
constexpr FieldRule unknown_field{};

/// Reads nanopb's primitives from a span. Each answers false at the first byte nanopb would stop at.
class WireCursor {
 public:
  explicit WireCursor(base::Bytes bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }

  bool skip(std::size_t count) {
    if (rest_.size() < count) return false;
    rest_ = rest_.subspan(count);
    return true;
  }

  bool take(std::size_t count, base::Bytes& out) {
    if (rest_.size() < count) return false;
    out = rest_.first(count);
    rest_ = rest_.subspan(count);
    return true;
  }

  bool varint64(std::uint64_t& value) {
    if (takes_single_byte(value)) return true;
    for (unsigned shift = 0;; shift += 7) {
      std::uint8_t byte = 0;
      if (!next(byte) || (shift >= 63 && (byte & 0xfe) != 0)) return false;
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80) == 0) return true;
    }
  }

  /// Tags, lengths and bools. Up to ten bytes, of which those beyond 32 bits must be padding or sign
  /// extension.
  bool varint32(std::uint32_t& value) {
    if (takes_single_byte(value)) return true;
    std::uint8_t byte = 0;
    for (unsigned shift = 0;; shift += 7) {
      if (!next(byte) || !fits(byte, shift, value)) return false;
      if (shift < 32) value |= static_cast<std::uint32_t>(std::uint64_t{byte & 0x7fU} << shift);
      has_long_varint_ = has_long_varint_ || shift >= 35;
      if ((byte & 0x80) == 0) return true;
    }
  }

  bool skip_varint() {
    std::uint8_t byte = 0;
    for (unsigned count = 1;; ++count) {
      if (!next(byte)) return false;
      has_long_varint_ = has_long_varint_ || count > 10;
      if ((byte & 0x80) == 0) return true;
    }
  }

  /// A tag or length of more than five bytes, or a skipped varint of more than ten: the usual library refuses
  /// these.
  bool has_long_varint() const { return has_long_varint_; }

 private:
  /// Nearly all tags, lengths and numbers. Otherwise the value is 0, for what follows to build on.
  template <class Number>
  bool takes_single_byte(Number& value) {
    value = 0;
    if (rest_.empty() || rest_.front() >= 0x80) return false;
    value = rest_.front();
    rest_ = rest_.subspan(1);
    return true;
  }

  bool next(std::uint8_t& byte) {
    if (rest_.empty()) return false;
    byte = rest_.front();
    rest_ = rest_.subspan(1);
    return true;
  }

  static bool fits(std::uint8_t byte, unsigned shift, std::uint32_t value) {
    if (shift < 28) return true;
    if (shift == 28) return (byte & 0x70) == 0 || (byte & 0x78) == 0x78;
    if (shift >= 64) return false;
    const std::uint8_t sign_extension = shift < 63 ? 0xff : 0x01;
    return (byte & 0x7f) == 0 || ((value >> 31) != 0 && byte == sign_extension);
  }

  base::Bytes rest_;
  bool has_long_varint_ = false;
};

/// Signed fields other than zigzag are cut to 32 bits first, because old senders wrote negative numbers with
/// five bytes.
std::int32_t low_half(std::uint64_t number) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(number));
}

bool is_signed_byte(std::int32_t value) { return value >= -128 && value <= 127; }

/// Zigzag puts the sign in the lowest bit, so what fits 32 bits with a sign fits 32 bits without.
constexpr std::uint64_t largest_zigzag = 0xffffffff;

bool is_noncharacter(std::string_view text) {
  return text.starts_with("\xef\xbf\xbe") || text.starts_with("\xef\xbf\xbf");
}

/// nanopb judges a C string: up to the first NUL, and without the two noncharacters U+FFFE and U+FFFF.
bool is_device_utf8(base::Bytes bytes) {
  std::string_view text = c_string(base::as_text(bytes));
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0 || (length == 3 && is_noncharacter(text))) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// In the order of FieldKind. The first two are skipped by what their tag says.
constexpr std::array<WireType, 15> wire_types = {
    WireType::varint,  // unknown
    WireType::varint,  // newer
    WireType::varint,  // boolean
    WireType::varint,  // uint8
    WireType::varint,  // uint16
    WireType::varint,  // uint32
    WireType::varint,  // uint64
    WireType::varint,  // int8
    WireType::varint,  // int32
    WireType::varint,  // sint32
    WireType::bits32,  // fixed32
    WireType::length,  // text
    WireType::length,  // bytes
    WireType::length,  // fixed_bytes
    WireType::length,  // message
};

WireType wire_type_of(FieldKind kind) { return wire_types[static_cast<std::size_t>(kind)]; }

const FieldRule& rule_of(const MessageRule& message, std::uint32_t number) {
  return number <= message.fields.size() ? message.fields[number - 1] : unknown_field;
}

bool skip_field(WireCursor& in, WireType type) {
  std::uint32_t length = 0;
  switch (type) {
    case WireType::varint:
      return in.skip_varint();
    case WireType::bits64:
      return in.skip(8);
    case WireType::length:
      return in.varint32(length) && in.skip(length);
    case WireType::bits32:
      return in.skip(4);
  }
  return false;  // groups and the two types that do not exist
}

/// Whether a number is there and survives being stored in the devices' C type.
bool check_scalar(WireCursor& in, FieldKind kind) {
  std::uint32_t flag = 0;
  std::uint64_t number = 0;
  switch (kind) {
    case FieldKind::fixed32:
      return in.skip(4);
    case FieldKind::boolean:
      return in.varint32(flag);
    case FieldKind::uint8:
      return in.varint64(number) && number <= 0xff;
    case FieldKind::uint16:
      return in.varint64(number) && number <= 0xffff;
    case FieldKind::uint32:
      return in.varint64(number) && number <= 0xffffffff;
    case FieldKind::sint32:
      return in.varint64(number) && number <= largest_zigzag;
    case FieldKind::int8:
      return in.varint64(number) && is_signed_byte(low_half(number));
    case FieldKind::int32:
    case FieldKind::uint64:
      return in.varint64(number);
    case FieldKind::unknown:
    case FieldKind::newer:
    case FieldKind::text:
    case FieldKind::bytes:
    case FieldKind::fixed_bytes:
    case FieldKind::message:
      break;  // not scalars
  }
  CHECK(false);
}

/// One message and, by recursion as deep as the tables nest (envelope, packet, data), what is in it.
class MessageCheck {
 public:
  MessageCheck(base::Bytes bytes, const MessageRule& rule) : in_(bytes), rule_(rule) {}

  WireVerdict run() {
    while (!in_.at_end()) {
      if (!check_field()) return WireVerdict::refused;
    }
    return is_unusual_ || in_.has_long_varint() ? WireVerdict::unusual : WireVerdict::plain;
  }

 private:
  bool check_field() {
    std::uint32_t tag = 0;
    if (!in_.varint32(tag) || tag >> 3 == 0) return false;
    const std::uint32_t number = tag >> 3;
    const auto type = static_cast<WireType>(tag & 7);
    const FieldRule& rule = rule_of(rule_, number);
    if (rule.kind == FieldKind::unknown) return skip_field(in_, type);
    if (rule.kind == FieldKind::newer) {
      is_unusual_ = true;
      return skip_field(in_, type);
    }
    return rule.max_items == 0 ? check_single(rule, type, number) : check_repeated(rule, type, number);
  }

  bool check_single(const FieldRule& rule, WireType type, std::uint32_t number) {
    if (type != wire_type_of(rule.kind)) return false;
    if (rule.replaces) is_unusual_ = is_unusual_ || counts_[number]++ != 0;
    return check_value(rule);
  }

  /// Numbers may come one by one or packed, mixed as they like.
  bool check_repeated(const FieldRule& rule, WireType type, std::uint32_t number) {
    const bool is_packable = wire_type_of(rule.kind) != WireType::length;
    if (is_packable && type == WireType::length) return check_packed(rule, number);
    return type == wire_type_of(rule.kind) && counts_[number]++ < rule.max_items && check_value(rule);
  }

  bool check_packed(const FieldRule& rule, std::uint32_t number) {
    base::Bytes bytes;
    if (!take_length(bytes)) return false;
    WireCursor items(bytes);
    while (!items.at_end()) {
      if (counts_[number]++ >= rule.max_items || !check_scalar(items, rule.kind)) return false;
    }
    return true;
  }

  bool check_value(const FieldRule& rule) {
    if (wire_type_of(rule.kind) != WireType::length) return check_scalar(in_, rule.kind);
    base::Bytes bytes;
    if (!take_length(bytes)) return false;
    if (rule.kind == FieldKind::message) return check_message(bytes, *rule.message);
    if (rule.kind == FieldKind::fixed_bytes) return bytes.empty() || bytes.size() == rule.max_bytes;
    if (rule.max_bytes != 0 && bytes.size() > rule.max_bytes) return false;
    return rule.kind == FieldKind::bytes || is_device_utf8(bytes);
  }

  bool check_message(base::Bytes bytes, const MessageRule& rule) {
    const WireVerdict verdict = MessageCheck(bytes, rule).run();
    is_unusual_ = is_unusual_ || verdict == WireVerdict::unusual;
    return verdict != WireVerdict::refused;
  }

  bool take_length(base::Bytes& bytes) {
    std::uint32_t length = 0;
    return in_.varint32(length) && in_.take(length, bytes);
  }

  WireCursor in_;
  const MessageRule& rule_;
  std::array<std::uint8_t, max_fields> counts_{};  // by number; limits are far below 255 and end the check
  bool is_unusual_ = false;
};

void put_varint(std::uint64_t value, std::string& out) {
  while (value > 0x7f) {
    out.push_back(static_cast<char>((value & 0x7f) | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void put_length_field(std::uint32_t tag, std::string_view content, std::string& out) {
  put_varint(tag, out);
  put_varint(content.size(), out);
  out.append(content);
}

/// Appends the known fields of a message that passed the check, tags and lengths in their shortest form.
void rewrite(base::Bytes bytes, const MessageRule& message, std::string& out);

std::string rewritten(base::Bytes bytes, const FieldRule& rule) {
  if (rule.kind != FieldKind::message) return std::string(base::as_text(bytes));
  std::string content;
  rewrite(bytes, *rule.message, content);
  return content;
}

void rewrite_scalar(WireCursor& in, std::uint32_t tag, std::string& out) {
  base::Bytes bytes;
  std::uint64_t number = 0;
  put_varint(tag, out);
  if (static_cast<WireType>(tag & 7) == WireType::bits32) {
    CHECK(in.take(4, bytes));
    out.append(base::as_text(bytes));
  } else {
    CHECK(in.varint64(number));
    put_varint(number, out);
  }
}

void rewrite(base::Bytes bytes, const MessageRule& message, std::string& out) {
  WireCursor in(bytes);
  std::string last_replacing;  // goes last: the order of different fields has no meaning
  while (!in.at_end()) {
    std::uint32_t tag = 0;
    CHECK(in.varint32(tag));
    const FieldRule& rule = rule_of(message, tag >> 3);
    const auto type = static_cast<WireType>(tag & 7);
    if (rule.kind == FieldKind::unknown || rule.kind == FieldKind::newer) {
      CHECK(skip_field(in, type));
    } else if (type != WireType::length) {
      rewrite_scalar(in, tag, out);
    } else {
      std::uint32_t length = 0;
      base::Bytes content;
      CHECK(in.varint32(length) && in.take(length, content));
      if (rule.replaces) last_replacing.clear();
      put_length_field(tag, rewritten(content, rule), rule.replaces ? last_replacing : out);
    }
  }
  out.append(last_replacing);
}

}  // namespace

WireVerdict check_wire(base::Bytes bytes, const MessageRule& rule) {
  CHECK(rule.fields.size() < max_fields);
  return MessageCheck(bytes, rule).run();
}

std::optional<base::Bytes> readable_wire(base::Bytes bytes, const MessageRule& rule, std::string& scratch) {
  const WireVerdict verdict = check_wire(bytes, rule);
  if (verdict == WireVerdict::refused) return std::nullopt;
  if (verdict == WireVerdict::plain) return bytes;
  scratch.clear();
  rewrite(bytes, rule, scratch);
  return base::as_bytes(scratch);
}

}  // namespace mesh
