// SPDX-License-Identifier: Apache-2.0
// What every codec must keep, over generated packets of every kind in every served version: identity,
// prefixes, independence of chunks, and memory in proportion to the frame.
#include <array>
#include <cstdlib>
#include <deque>
#include <new>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "broker/mqtt/decode.h"
#include "broker/mqtt/encode.h"
#include "tests/support/packet_text.h"

namespace {

std::size_t allocated_bytes = 0;  // by this process since it began; the suite has one thread

}  // namespace

void* operator new(std::size_t bytes) {
  allocated_bytes += bytes;
  void* memory = std::malloc(bytes);
  if (memory == nullptr) std::abort();
  return memory;
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return operator new(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using mqtt::Packet;
using mqtt::PacketId;
using mqtt::Qos;
using mqtt::Reason;
using mqtt::Version;
using support::packet_text;

constexpr std::array<Version, 2> served = {Version::v31, Version::v311};

/// Random legal packets. Owns the text that they view.
class Generator {
 public:
  Generator(std::uint32_t seed, Version version) : random_(seed), version_(version) {}

  Packet next() {
    switch (below(14)) {
      case 0:
        return connect();
      case 1:
        return connack();
      case 2:
        return mqtt::Puback{id()};
      case 3:
        return mqtt::Pubrec{id()};
      case 4:
        return mqtt::Pubrel{id()};
      case 5:
        return mqtt::Pubcomp{id()};
      case 6:
        return subscribe();
      case 7:
        return suback();
      case 8:
        return unsubscribe();
      case 9:
        return mqtt::Unsuback{id()};
      case 10:
        return mqtt::Pingreq{};
      case 11:
        return mqtt::Pingresp{};
      case 12:
        return mqtt::Disconnect{};
      default:
        return publish();
    }
  }

 private:
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  bool coin() { return below(2) == 1; }
  PacketId id() { return static_cast<PacketId>(1 + below(65535)); }
  Qos qos() { return static_cast<Qos>(below(3)); }

  std::string_view text(std::size_t least) {
    static constexpr std::array<std::string_view, 7> letters = {"a", "Z", "/", " ", "é", "€", "🐝"};
    std::string& kept = texts_.emplace_back();
    for (std::size_t count = least + below(20); count > 0; --count) kept += letters[below(letters.size())];
    return kept;
  }
  base::Bytes bytes() {
    std::string& kept = texts_.emplace_back();
    for (std::size_t count = below(300); count > 0; --count) kept.push_back(static_cast<char>(below(256)));
    return base::as_bytes(kept);
  }
  std::string_view filter() {
    static constexpr std::array<std::string_view, 5> ends = {"", "/+", "/#", "/+/x", "//"};
    std::string& kept = texts_.emplace_back(text(1));
    return kept += ends[below(ends.size())];
  }

  mqtt::Connect connect() {
    mqtt::Connect p;
    p.version = version_;
    p.clean_start = coin();
    p.session_expiry_s = p.clean_start ? 0 : 0xffffffff;
    p.keepalive_s = static_cast<std::uint16_t>(below(65536));
    p.client_id = text(0);
    if (coin()) p.will = mqtt::Will{.topic = text(1), .payload = bytes(), .qos = qos(), .retain = coin()};
    if (coin()) p.user_name = text(0);
    if (p.user_name && coin()) p.password = bytes();
    return p;
  }
  mqtt::Connack connack() {
    static constexpr std::array<Reason, 4> refusals = {Reason::unsupported_protocol_version,
                                                       Reason::client_identifier_not_valid,
                                                       Reason::server_unavailable, Reason::not_authorized};
    if (coin()) return {false, refusals[below(refusals.size())]};
    return {version_ == Version::v311 && coin(), Reason::success};
  }
  mqtt::Publish publish() {
    mqtt::Publish p{.topic = text(1), .payload = bytes(), .qos = qos(), .retain = coin()};
    if (p.qos == Qos::at_most_once) return p;
    p.dup = coin();
    p.packet_id = id();
    return p;
  }
  mqtt::Subscribe subscribe() {
    mqtt::Subscribe p{id(), {}};
    for (std::size_t count = 1 + below(5); count > 0; --count)
      p.entries.push_back({filter(), {.qos = qos()}});
    return p;
  }
  mqtt::Suback suback() {
    static constexpr std::array<Reason, 4> reasons = {Reason::success, Reason::granted_qos_1,
                                                      Reason::granted_qos_2, Reason::unspecified_error};
    mqtt::Suback p{id(), {}};
    const std::size_t known = version_ == Version::v311 ? 4 : 3;
    for (std::size_t count = 1 + below(5); count > 0; --count) p.reasons.push_back(reasons[below(known)]);
    return p;
  }
  mqtt::Unsubscribe unsubscribe() {
    mqtt::Unsubscribe p{id(), {}};
    for (std::size_t count = 1 + below(5); count > 0; --count) p.filters.push_back(filter());
    return p;
  }

  std::mt19937 random_;
  Version version_;
  std::deque<std::string> texts_;
};

std::vector<std::uint8_t> encoded(const Packet& packet, Version version) {
  base::Buffer out;
  mqtt::encode(packet, version, out);
  return {out.bytes().begin(), out.bytes().end()};
}

constexpr std::size_t max_bytes = 1 << 20;

}  // namespace

TEST_CASE("what was encoded decodes to the same packet") {
  for (const Version version : served) {
    Generator generator(2, version);
    std::array<int, std::variant_size_v<Packet>> seen{};
    for (int i = 0; i < 5'000; ++i) {
      const Packet packet = generator.next();
      const auto bytes = encoded(packet, version);
      const auto frame = mqtt::next_frame(bytes, max_bytes).value();
      REQUIRE(frame);
      REQUIRE(frame->bytes.size() == bytes.size());
      const auto decoded = mqtt::decode(*frame, version);
      if (!decoded) FAIL(packet_text(packet) << ": " << support::error_text(decoded.error()));
      REQUIRE(packet_text(*decoded) == packet_text(packet));
      REQUIRE((encoded(*decoded, version) == bytes));
      ++seen[packet.index()];
    }
    for (const int count : seen) CHECK(count > 0);
  }
}

TEST_CASE("every prefix of a valid packet needs more") {
  for (const Version version : served) {
    Generator generator(3, version);
    for (int i = 0; i < 200; ++i) {
      const auto bytes = encoded(generator.next(), version);
      for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::vector<std::uint8_t> prefix(bytes.begin(),
                                               bytes.begin() + static_cast<std::ptrdiff_t>(size));
        const auto frame = mqtt::next_frame(prefix, max_bytes);
        REQUIRE(frame);
        REQUIRE_FALSE(frame->has_value());
      }
    }
  }
}

TEST_CASE("packets are the same however the stream is cut") {
  Generator generator(4, Version::v311);
  std::string expected;
  std::vector<std::uint8_t> stream;
  for (int i = 0; i < 200; ++i) {
    const Packet packet = generator.next();
    const auto bytes = encoded(packet, Version::v311);
    stream.insert(stream.end(), bytes.begin(), bytes.end());
    expected += packet_text(packet) + '\n';
  }
  for (const std::size_t step : {1U, 2U, 3U, 7U, 64U, 1000U, 1U << 20}) {
    std::string text;
    std::vector<std::uint8_t> pending;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      const auto from = stream.begin() + static_cast<std::ptrdiff_t>(at);
      pending.insert(pending.end(), from,
                     from + static_cast<std::ptrdiff_t>(std::min(step, stream.size() - at)));
      while (const auto frame = mqtt::next_frame(pending, max_bytes).value()) {
        text += packet_text(mqtt::decode(*frame, Version::v311).value()) + '\n';
        pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(frame->bytes.size()));
      }
    }
    CHECK(pending.empty());
    CHECK((text == expected));
  }
}

TEST_CASE("a frame of random bytes never decodes to something that does not encode back") {
  std::mt19937 random(5);
  int decoded_count = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::vector<std::uint8_t> bytes(2 + random() % 12);
    for (std::uint8_t& byte : bytes)
      byte = static_cast<std::uint8_t>(random() % 4 == 0 ? random() : random() % 4);
    bytes[0] = static_cast<std::uint8_t>((1 + random() % 14) << 4 | random() % 4);
    bytes[1] = static_cast<std::uint8_t>(bytes.size() - 2);
    const auto packet = mqtt::decode(mqtt::next_frame(bytes, max_bytes).value().value(), Version::v311);
    if (!packet) continue;
    REQUIRE((encoded(*packet, Version::v311) == bytes));
    ++decoded_count;
  }
  CHECK(decoded_count > 1'000);
}

TEST_CASE("decoding allocates nothing but lists, and those in proportion to the frame") {
  Generator generator(6, Version::v311);
  for (int i = 0; i < 2'000; ++i) {
    const Packet packet = generator.next();
    const bool has_list = std::holds_alternative<mqtt::Subscribe>(packet) ||
                          std::holds_alternative<mqtt::Unsubscribe>(packet) ||
                          std::holds_alternative<mqtt::Suback>(packet);
    const auto bytes = encoded(packet, Version::v311);
    const std::size_t before = allocated_bytes;
    const auto frame = mqtt::next_frame(bytes, max_bytes).value().value();
    const bool is_decoded = mqtt::decode(frame, Version::v311).has_value();
    const std::size_t taken = allocated_bytes - before;
    REQUIRE(is_decoded);
    REQUIRE(taken <= (has_list ? 16 * bytes.size() : 0));
  }
}
