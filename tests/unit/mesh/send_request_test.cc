// SPDX-License-Identifier: Apache-2.0
#include "mesh/send_request.h"

#include <utility>

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

base::Expected<SendRequest, RequestProblem> read(std::string_view json) {
  RequestReader reader;
  return reader.read(base::as_bytes(json));
}

std::string_view reason(std::string_view json) {
  const auto request = read(json);
  return request ? "accepted" : text_for(request.error());
}

TEST_CASE("the documented text request") {
  const auto request =
      read(R"({"from":2864434397,"channel":1,"type":"sendtext","payload":"hi","to":305419896})");
  REQUIRE(request);
  CHECK(std::get<RequestedText>(request->content).text == "hi");
  CHECK(request->from == 0xaabbccdd);
  CHECK(request->from_is_number);
  CHECK(request->to == 0x12345678);
  CHECK(std::get<std::uint32_t>(request->channel) == 1);
  CHECK_FALSE(request->hop_limit);
}

TEST_CASE("without more words a text goes to all, on channel 0, by any gateway") {
  const auto request = read(R"({"type":"sendtext","payload":{"text":"gr\u00fc\u00df"}})");
  REQUIRE(request);
  CHECK(std::get<RequestedText>(request->content).text == "gr\xc3\xbc\xc3\x9f");
  CHECK_FALSE(request->from);
  CHECK(request->to == broadcast_number);
  CHECK(std::get<std::uint32_t>(request->channel) == 0);
  CHECK_FALSE(request->want_ack);
}

TEST_CASE("nodes by their ids, the channel by its name, hops in either spelling") {
  for (const std::string_view hops : {"hopLimit", "hop_limit"}) {
    const auto request = read(R"({"type":"sendtext","payload":"x","from":"!AABBccdd","to":"!12345678",)"
                              R"("channel":"Family","want_ack":true,")" +
                              std::string(hops) + R"(":7})");
    REQUIRE(request);
    CHECK(request->from == 0xaabbccdd);
    CHECK_FALSE(request->from_is_number);
    CHECK(request->to == 0x12345678);
    CHECK(std::get<std::string>(request->channel) == "Family");
    CHECK(request->hop_limit == 7);
    CHECK(request->want_ack);
  }
}

TEST_CASE("a position in whole units or in degrees") {
  for (const std::string_view position :
       {R"({"latitude_i":525200000,"longitude_i":-134050000,"altitude":34,"time":1700000000})",
        R"({"latitude":52.52,"longitude":-13.405,"altitude":34.7,"time":1.7e9})"}) {
    const auto request = read(R"({"type":"sendposition","payload":)" + std::string(position) + "}");
    REQUIRE(request);
    const auto& read_position = std::get<RequestedPosition>(request->content);
    CHECK(read_position.latitude_i == 525200000);
    CHECK(read_position.longitude_i == -134050000);
    CHECK(read_position.altitude == 34);
    CHECK(read_position.time == 1700000000U);
  }
}

TEST_CASE("the poles and the date line are places") {
  CHECK(reason(R"({"type":"sendposition","payload":{"latitude":-90,"longitude":180}})") == "accepted");
  CHECK(reason(R"({"type":"sendposition","payload":{"latitude_i":900000000,"longitude_i":-1800000000}})") ==
        "accepted");
}

TEST_CASE("of a member that is there twice the last counts") {
  const auto request = read(R"({"type":"x","type":"sendtext","payload":"a","payload":"b"})");
  REQUIRE(request);
  CHECK(std::get<RequestedText>(request->content).text == "b");
}

TEST_CASE("every refusal has its reason") {
  const std::pair<std::string_view, RequestProblem> cases[] = {
      {"", RequestProblem::not_json},
      {"{", RequestProblem::not_json},
      {R"({"type":"sendtext","payload":"x","to":18446744073709551616})", RequestProblem::number_unreadable},
      {R"({"type":"sendtext","payload":"x"} x)", RequestProblem::not_json},
      {"{\"type\":\"sendtext\",\"payload\":\"\xff\"}", RequestProblem::not_json},
      {"[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]", RequestProblem::not_json},
      {"42", RequestProblem::not_an_object},
      {"[]", RequestProblem::not_an_object},
      {"\"text\"", RequestProblem::not_an_object},
      {"null", RequestProblem::not_an_object},
      {R"({"payload":"x"})", RequestProblem::no_type},
      {R"({"type":1,"payload":"x"})", RequestProblem::no_type},
      {R"({"type":"sendping","payload":"x"})", RequestProblem::unknown_type},
      {R"({"type":"sendtext"})", RequestProblem::no_payload},
      {R"({"type":"sendtext","payload":1})", RequestProblem::text_expected},
      {R"({"type":"sendtext","payload":{"text":1}})", RequestProblem::text_expected},
      {R"({"type":"sendtext","payload":{}})", RequestProblem::text_expected},
      {R"({"type":"sendtext","payload":""})", RequestProblem::text_empty},
      {R"({"type":"sendposition","payload":"x"})", RequestProblem::position_expected},
      {R"({"type":"sendposition","payload":{"latitude":1}})", RequestProblem::position_incomplete},
      {R"({"type":"sendposition","payload":{"latitude":"1","longitude":1}})",
       RequestProblem::position_incomplete},
      {R"({"type":"sendposition","payload":{"latitude_i":1.5,"longitude_i":1}})",
       RequestProblem::position_incomplete},
      {R"({"type":"sendposition","payload":{"latitude":90.0000001,"longitude":1}})",
       RequestProblem::latitude_out_of_range},
      {R"({"type":"sendposition","payload":{"latitude_i":900000001,"longitude_i":1}})",
       RequestProblem::latitude_out_of_range},
      {R"({"type":"sendposition","payload":{"latitude":1,"longitude":-1e300}})",
       RequestProblem::longitude_out_of_range},
      {R"({"type":"sendposition","payload":{"latitude":1,"longitude":1,"altitude":1e12}})",
       RequestProblem::altitude_out_of_range},
      {R"({"type":"sendposition","payload":{"latitude":1,"longitude":1,"altitude":"1"}})",
       RequestProblem::altitude_out_of_range},
      {R"({"type":"sendposition","payload":{"latitude":1,"longitude":1,"time":-1}})",
       RequestProblem::time_out_of_range},
      {R"({"type":"sendtext","payload":"x","from":0})", RequestProblem::bad_from},
      {R"({"type":"sendtext","payload":"x","from":"aabbccdd"})", RequestProblem::bad_from},
      {R"({"type":"sendtext","payload":"x","from":"!aabbccd"})", RequestProblem::bad_from},
      {R"({"type":"sendtext","payload":"x","from":"!-1234567"})", RequestProblem::bad_from},
      {R"({"type":"sendtext","payload":"x","from":4294967295})", RequestProblem::bad_from},
      {R"({"type":"sendtext","payload":"x","to":4294967296})", RequestProblem::bad_to},
      {R"({"type":"sendtext","payload":"x","to":1.5})", RequestProblem::bad_to},
      {R"({"type":"sendtext","payload":"x","to":null})", RequestProblem::bad_to},
      {R"({"type":"sendtext","payload":"x","to":0})", RequestProblem::to_nobody},
      {R"({"type":"sendtext","payload":"x","to":"!00000000"})", RequestProblem::to_nobody},
      {R"({"type":"sendtext","payload":"x","channel":8})", RequestProblem::bad_channel},
      {R"({"type":"sendtext","payload":"x","channel":""})", RequestProblem::bad_channel},
      {R"({"type":"sendtext","payload":"x","channel":"twelve bytes"})", RequestProblem::bad_channel},
      {R"({"type":"sendtext","payload":"x","hopLimit":8})", RequestProblem::bad_hop_limit},
      {R"({"type":"sendtext","payload":"x","hop_limit":"3"})", RequestProblem::bad_hop_limit},
      {R"({"type":"sendtext","payload":"x","want_ack":1})", RequestProblem::bad_want_ack},
  };
  for (const auto& [json, problem] : cases) {
    INFO(json);
    CHECK(reason(json) == text_for(problem));
  }
}

TEST_CASE("a request longer than any sensible one is not even parsed") {
  const std::string json = R"({"type":"sendtext","payload":")" + std::string(max_request_bytes, 'x') + "\"}";
  CHECK(reason(json) == text_for(RequestProblem::too_large));
}

TEST_CASE("what a gateway on a channel called mqtt publishes is known by its sender") {
  RequestReader reader;
  const auto is_uplink = [&reader](std::string_view json, std::string_view gateway) {
    return reader.is_uplink_of(base::as_bytes(json), gateway);
  };
  CHECK(is_uplink(R"({"type":"text","sender":"!aabbccdd"})", "!aabbccdd"));
  CHECK_FALSE(is_uplink(R"({"type":"text","sender":"!aabbccdd"})", "!aabbccde"));
  CHECK_FALSE(is_uplink(R"({"type":"text","sender":""})", ""));
  CHECK_FALSE(is_uplink(R"({"type":"text"})", "!aabbccdd"));
  CHECK_FALSE(is_uplink(R"(["sender","!aabbccdd"])", "!aabbccdd"));
}

TEST_CASE("what has not the shape of an object") {
  for (const std::string_view text :
       {"", " ", "42", "true", "True", "\"x\"", "[{}]", "null", "\xef\xbb\xbf{}"})
    CHECK_FALSE(is_object_shaped(base::as_bytes(text)));
  for (const std::string_view text : {"{}", " \t\r\n{", "{bad"})
    CHECK(is_object_shaped(base::as_bytes(text)));
}

}  // namespace
}  // namespace mesh::test
