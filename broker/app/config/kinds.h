// SPDX-License-Identifier: Apache-2.0
// The kinds of settings: how a value of each is read, checked against the row's range and described when
// wrong. Used by the table in keys.cc only.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/app/config/config.h"
#include "broker/app/config/keys.h"
#include "broker/base/check.h"

namespace app {

/// A whole number in "LEAST..MOST".
Complaint read_number(const Value& value, std::string_view range, std::uint64_t& out);
/// One of "first|second|…": its place. `true` and `false` may be among them and are then written without
/// quotes.
Complaint read_choice(const Value& value, std::string_view range, std::size_t& out);

struct Truth {
  static Complaint read(const Value& value, std::string_view range, bool& out);
};

/// The range lies within T; the tests try both ends of every row.
struct Count {
  template <std::unsigned_integral T>
  static Complaint read(const Value& value, std::string_view range, T& out) {
    std::uint64_t number = out;
    Complaint complaint = read_number(value, range, number);
    CHECK(number <= std::numeric_limits<T>::max());
    out = static_cast<T>(number);
    return complaint;
  }
};

/// The choices stand in the row in the order of the enumerators.
struct Choice {
  template <class Enum>
  static Complaint read(const Value& value, std::string_view range, Enum& out) {
    auto place = static_cast<std::size_t>(out);
    Complaint complaint = read_choice(value, range, place);
    out = static_cast<Enum>(place);
    return complaint;
  }
};

/// Bytes; a plain number is taken as bytes too.
struct Size {
  static Complaint read(const Value& value, std::string_view range, std::uint64_t& out);
};

struct Period {
  static Complaint read(const Value& value, std::string_view range, base::Duration& out);
};

struct Frequency {
  static Complaint read(const Value& value, std::string_view range, Rate& out);
};

struct Address {
  static Complaint read(const Value& value, std::string_view range, Bind& out);
};

/// Any text without U+0000, which no path can contain.
struct Path {
  static Complaint read(const Value& value, std::string_view range, std::string& out);
};

/// Text of legal UTF-8 with "LEAST..MOST bytes".
struct Name {
  static Complaint read(const Value& value, std::string_view range, std::string& out);
};

/// The beginning of topics: a topic name itself.
struct Topic {
  static Complaint read(const Value& value, std::string_view range, std::string& out);
};

/// Or nothing.
struct AnyTopic {
  static Complaint read(const Value& value, std::string_view range, std::string& out);
};

/// Only their shape is checked here; a complaint repeats none, because they contain keys.
struct ShareUrls {
  static Complaint read(const Value& value, std::string_view range, std::vector<std::string>& out);
};

/// "USER=!hhhhhhhh" each.
struct GatewayUsers {
  static Complaint read(const Value& value, std::string_view range, std::vector<std::string>& out);
};

/// 32 bytes in base64, or nothing.
struct PrivateKey {
  static Complaint read(const Value& value, std::string_view range, std::string& out);
};

struct Topics {
  static Complaint read(const Value& value, std::string_view range, std::vector<std::string>& out);
};

/// Any text of one line.
struct Line {
  static Complaint read(const Value& value, std::string_view range, std::string& out);
};

/// "user", "user:group", ":group" or nothing; names or numbers.
struct Owner {
  static Complaint read(const Value& value, std::string_view range, std::string& out);
};

/// A list of networks.
struct NetworkList {
  static Complaint read(const Value& value, std::string_view range, Networks& out);
};

/// A list of networks without "private", which depends on this machine's gateway.
struct PlainNetworks {
  static Complaint read(const Value& value, std::string_view range, std::vector<auth::Network>& out);
};

/// A list of paths.
struct Paths {
  static Complaint read(const Value& value, std::string_view range, std::vector<std::string>& out);
};

/// A list of names of users.
struct Users {
  static Complaint read(const Value& value, std::string_view range, std::vector<std::string>& out);
};

/// A secret: complaints do not repeat it.
struct Token {
  static Complaint read(const Value& value, std::string_view range, std::string& out);
};

/// A list of "scheme://host[:port]" as browsers write it, or "*".
struct Origins {
  static Complaint read(const Value& value, std::string_view range, std::vector<std::string>& out);
};

/// The permissions of a file, in octal: "0660".
struct Mode {
  static Complaint read(const Value& value, std::string_view range, std::uint16_t& out);
};

struct NodeId {
  static Complaint read(const Value& value, std::string_view range, std::optional<std::uint32_t>& out);
};

struct Psk {
  static Complaint read(const Value& value, std::string_view range, std::string& out);
};

}  // namespace app
