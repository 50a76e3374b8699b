// SPDX-License-Identifier: Apache-2.0
// How a decoded message becomes JSON: a table with a row for each field, made of the accessors that protoc
// generates, so that a field's number stands in proto/mesh.proto only. Constant tables, any thread.
#pragma once
#include <cmath>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "mesh/enum_names.h"
#include "mesh/json_object.h"

namespace mesh {

/// One row: the key in the JSON, a second key for the readable form of the same value, and what writes both.
template <class Message>
struct Field {
  std::string_view key;
  std::string_view readable_key;
  void (*write)(const Field& field, const Message& message, JsonObject& json);
};

template <class Message>
void write_fields(const Message& message, std::span<const Field<Message>> fields, JsonObject& json) {
  for (const Field<Message>& field : fields) field.write(field, message, json);
}

inline void write_value(std::string_view key, bool value, JsonObject& json) { json.truth(key, value); }
/// Raw bytes of a string field: its text, up to its first NUL as on the devices.
void write_value(std::string_view key, const std::string& value, JsonObject& json);
template <std::integral Integer>
requires(!std::same_as<Integer, bool>) void write_value(std::string_view key, Integer value,
                                                        JsonObject& json) {
  json.number(key, value);
}
/// Null when JSON has no number for it.
inline void write_value(std::string_view key, float value, JsonObject& json) {
  if (!std::isfinite(value)) return json.null(key);
  json.number(key, value);
}

/// The devices' 10^-7 degrees, as degrees.
constexpr double degrees_of(std::int32_t value) { return value / 1e7; }

template <class Accessor>
struct AccessorTraits;
template <class Message, class Value>
struct AccessorTraits<Value (Message::*)() const> {
  using MessageType = Message;
};
template <auto get>
using MessageOf = typename AccessorTraits<decltype(get)>::MessageType;
template <auto get>
using FieldOf = Field<MessageOf<get>>;

/// Written always: zero is a value like any other.
template <auto get>
constexpr FieldOf<get> always(std::string_view key) {
  return {key, {}, [](const auto& field, const auto& message, JsonObject& json) {
            write_value(field.key, (message.*get)(), json);
          }};
}

/// Written unless it is zero or empty, which means unknown.
template <auto get>
constexpr FieldOf<get> unless_zero(std::string_view key) {
  return {key, {}, [](const auto& field, const auto& message, JsonObject& json) {
            const auto& value = (message.*get)();
            if (value != std::decay_t<decltype(value)>{}) write_value(field.key, value, json);
          }};
}

/// Written when the sender has set it.
template <auto get, auto has>
constexpr FieldOf<get> if_set(std::string_view key) {
  return {key, {}, [](const auto& field, const auto& message, JsonObject& json) {
            if ((message.*has)()) write_value(field.key, (message.*get)(), json);
          }};
}

/// The number and, when it has one, its name.
inline void write_enumeration(std::string_view key, std::string_view name_key, Enumeration of,
                              std::uint32_t number, JsonObject& json) {
  json.number(key, number);
  const std::string_view name = enum_name(of, number);
  if (!name.empty()) json.text(name_key, name);
}

template <auto get, Enumeration of>
constexpr FieldOf<get> enumeration(std::string_view key, std::string_view name_key) {
  return {key, name_key, [](const auto& field, const auto& message, JsonObject& json) {
            write_enumeration(field.key, field.readable_key, of, (message.*get)(), json);
          }};
}

/// A node's number and its "!%08x".
template <auto get>
constexpr FieldOf<get> node_number(std::string_view key, std::string_view id_key) {
  return {key, id_key, [](const auto& field, const auto& message, JsonObject& json) {
            json.number(field.key, (message.*get)());
            json.node(field.readable_key, (message.*get)());
          }};
}

/// The devices' whole number, and degrees.
template <auto get>
constexpr FieldOf<get> degrees(std::string_view key, std::string_view degrees_key) {
  return {key, degrees_key, [](const auto& field, const auto& message, JsonObject& json) {
            json.number(field.key, (message.*get)());
            json.number(field.readable_key, degrees_of((message.*get)()));
          }};
}

template <auto get, auto has>
constexpr FieldOf<get> degrees_if_set(std::string_view key, std::string_view degrees_key) {
  return {key, degrees_key, [](const auto& field, const auto& message, JsonObject& json) {
            if (!(message.*has)()) return;
            json.number(field.key, (message.*get)());
            json.number(field.readable_key, degrees_of((message.*get)()));
          }};
}

}  // namespace mesh
