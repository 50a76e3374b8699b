// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace mesh {

/// Writes JSON of our own form, where no byte is prescribed: in the order of its calls, in UTF-8 whatever a
/// device wrote, numbers as short as they can be. Keys are literals.
class JsonObject {
 public:
  /// The whole text so far, until the next call.
  std::string_view view() const { return {buffer_.GetString(), buffer_.GetSize()}; }
  void clear();

  void open() { writer_.StartObject(); }
  void open(std::string_view key);
  void close() { writer_.EndObject(); }
  void open_list(std::string_view key);
  void close_list() { writer_.EndArray(); }

  void text(std::string_view key, std::string_view value);
  /// "!%08x"
  void node(std::string_view key, std::uint32_t number);
  void truth(std::string_view key, bool value);
  void null(std::string_view key);
  /// Left out when JSON has no number for it.
  void number(std::string_view key, float value);
  void number(std::string_view key, double value);
  template <class Integer>
  requires std::is_integral_v<Integer>
  void number(std::string_view key, Integer value) {
    this->key(key);
    integer(value);
  }

  /// Elements of a list; null for what JSON has no number for.
  void node(std::uint32_t number);
  void number(float value);
  void number(double value);
  void null() { writer_.Null(); }
  void text(std::string_view value) { string(value); }

 private:
  void key(std::string_view name);
  void string(std::string_view text);
  template <class Real>
  bool real(Real value);
  void integer(std::int64_t value) { writer_.Int64(value); }
  void integer(std::int32_t value) { writer_.Int(value); }
  void integer(std::uint32_t value) { writer_.Uint(value); }
  void integer(std::uint64_t value) { writer_.Uint64(value); }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace mesh
