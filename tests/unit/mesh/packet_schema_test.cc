// SPDX-License-Identifier: Apache-2.0
// docs/packet.schema.json, with the words of JSON Schema that it uses, against what is published.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>
#include <simdjson.h>

#include "tests/unit/mesh/packet_fixture.h"

namespace mesh::test {
namespace {

using Element = simdjson::dom::element;

std::optional<Element> member(Element object, std::string_view key) {
  Element found;
  if (object[key].get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

bool equal(Element a, Element b) { return simdjson::minify(a) == simdjson::minify(b); }

bool is_of_type(Element value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  if (type == "null") return value.is_null();
  if (type == "integer") return value.is_int64() || value.is_uint64();
  return type == "number" && value.is_number();
}

/// Answers with the first thing that is wrong; empty when nothing is.
class Schema {
 public:
  Schema() : root_(parser_.load(TEST_DATA_DIR "/../../docs/packet.schema.json").value_unsafe()) {}

  std::string complaint_about(const std::string& message) {
    simdjson::dom::parser parser;
    const simdjson::padded_string text(message);
    Element value;
    if (parser.parse(text).get(value) != simdjson::SUCCESS) return "no JSON";
    return judge(value, root_);
  }

 private:
  std::string judge(Element value, Element schema) {
    if (const auto reference = member(schema, "$ref")) {
      const std::string_view path = reference->get_string().value_unsafe();
      const std::string_view name = path.substr(path.rfind('/') + 1);
      return judge(value, root_["$defs"][name].value_unsafe());
    }
    const std::string text = simdjson::minify(value);
    if (!fits_type(value, schema)) return text + " is of another type";
    if (const auto only = member(schema, "const"); only && !equal(value, *only))
      return text + " is not the constant";
    if (!is_listed(value, schema)) return text + " is not one of the list";
    if (!is_in_range(value, schema)) return text + " is out of range";
    return value.is_object() ? judge_members(value, schema) : judge_items(value, schema);
  }

  static bool fits_type(Element value, Element schema) {
    const auto type = member(schema, "type");
    if (!type) return true;
    if (type->is_string()) return is_of_type(value, type->get_string().value_unsafe());
    return std::ranges::any_of(type->get_array().value_unsafe(), [value](Element one) {
      return is_of_type(value, one.get_string().value_unsafe());
    });
  }

  static bool is_listed(Element value, Element schema) {
    const auto list = member(schema, "enum");
    if (!list) return true;
    return std::ranges::any_of(list->get_array().value_unsafe(),
                               [value](Element one) { return equal(value, one); });
  }

  static bool is_in_range(Element value, Element schema) {
    const auto most = member(schema, "maximum");
    if (!most) return true;
    const double number = value.get_double().value_unsafe();
    return number >= 0 && number <= most->get_double().value_unsafe();
  }

  std::string judge_members(Element value, Element schema) {
    if (const auto required = member(schema, "required")) {
      const simdjson::dom::array keys = required->get_array().value_unsafe();
      for (const Element key : keys) {
        const std::string_view name = key.get_string().value_unsafe();
        if (!member(value, name)) return std::string(name) + " is missing";
      }
    }
    const auto properties = member(schema, "properties");
    if (!properties) return {};
    const simdjson::dom::object members = value.get_object().value_unsafe();
    for (const auto [key, each] : members) {
      const auto known = member(*properties, key);
      if (!known) return std::string(key) + " is unknown";
      const std::string wrong = judge(each, *known);
      if (!wrong.empty()) return std::string(key) + ": " + wrong;
    }
    return {};
  }

  std::string judge_items(Element value, Element schema) {
    const auto items = member(schema, "items");
    if (!items) return {};
    const simdjson::dom::array list = value.get_array().value_unsafe();
    for (const Element item : list) {
      const std::string wrong = judge(item, *items);
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

  simdjson::dom::parser parser_;
  Element root_;
};

Sending full_sending() {
  Sending sending;
  sending.psk = "AQ==";
  sending.packet.set_want_ack(true);
  sending.packet.set_via_mqtt(true);
  sending.packet.set_relay_node(255);
  sending.packet.set_next_hop(1);
  sending.packet.set_transport_mechanism(1);
  sending.packet.set_rx_time(0xffffffff);
  return sending;
}

TEST_CASE("what is told of every port keeps to the schema") {
  Schema schema;
  for (const PacketCase& one : read_packet_cases()) {
    INFO(one.name);
    CHECK(schema.complaint_about(told_of(one.data)) == "");
  }
}

TEST_CASE("a packet with everything set keeps to the schema, and so does its update") {
  Schema schema;
  proto::Data data = make_text("x");
  data.set_want_response(true);
  data.set_request_id(1);
  data.set_reply_id(2);
  data.set_emoji(3);
  data.set_dest(4);
  data.set_source(5);
  data.set_bitfield(255);
  Feed feed;
  Sending sending = full_sending();
  for (std::uint32_t gateway = 0x11223344; gateway < 0x11223344 + 70; ++gateway) {
    sending.gateway = node_id(gateway);
    feed.hear(sending, 0, data);
  }
  CHECK(schema.complaint_about(feed.told(3)) == "");
  feed.hear(sending, 4, data);
  CHECK(schema.complaint_about(feed.told(7)) == "");
}

TEST_CASE("what is told of closed packets keeps to the schema") {
  Schema schema;
  for (const char* const channel : {"LongFast", "Unheard", "PKI"}) {
    Feed feed;
    Sending sending = full_sending();
    sending.channel = channel;
    sending.psk = "simple9";
    feed.hear(sending);
    const std::string told = feed.told(3);
    CHECK(has(told, R"("decrypted":false)"));
    CHECK(schema.complaint_about(told) == "");
  }
}

TEST_CASE("the schema is no rubber stamp") {
  Schema schema;
  const std::string good = told_of(make_text("x"));
  const auto with = [&good](const std::string& from, const std::string& to) {
    std::string bad = good;
    return bad.replace(bad.find(from), from.size(), to);
  };
  CHECK(schema.complaint_about(with(R"("schema":1)", R"("schema":2)")) != "");
  CHECK(schema.complaint_about(with(R"("id":7,)", "")) == "id is missing");
  CHECK(schema.complaint_about(with(R"("id":7)", R"("id":-7)")) != "");
  CHECK(schema.complaint_about(with(R"("id":7)", R"("id":7,"more":1)")) == "more is unknown");
  CHECK(schema.complaint_about(with(R"("none")", R"("perhaps")")) != "");
  CHECK(schema.complaint_about(with(R"("hops":1)", R"("hops":"1")")) != "");
}

}  // namespace
}  // namespace mesh::test
