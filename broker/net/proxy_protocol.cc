// SPDX-License-Identifier: Apache-2.0
#include "broker/net/proxy_protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

namespace net {
namespace {

using Parsed = base::Expected<std::optional<ProxyHeader>, std::string_view>;

constexpr std::string_view no_header = "its PROXY header is missing: it begins with something else";
constexpr std::string_view bad_line = "its PROXY header is malformed: a version 1 line that is none";
constexpr std::string_view bad_block = "its PROXY header is malformed: version 2 with a wrong field";

constexpr std::string_view line_start = "PROXY ";
/// By its specification; with CR and LF.
constexpr std::size_t max_line = 107;

constexpr std::array<std::uint8_t, 12> signature = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D,
                                                    0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
/// The signature, version and command, family and transport, length of what follows.
constexpr std::size_t block_start = 16;
constexpr std::size_t tlv_start = 3;

/// Whether `bytes` and `beginning` agree as far as both go.
bool agree(base::Bytes bytes, base::Bytes beginning) {
  const std::size_t common = std::min(bytes.size(), beginning.size());
  return std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(common), beginning.begin());
}

std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

std::optional<std::uint16_t> port_of(std::string_view word) {
  std::uint16_t port = 0;
  if (word.size() > 1 && word.front() == '0') return std::nullopt;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), port);
  const bool is_whole = error == std::errc{} && end == word.data() + word.size();
  return is_whole ? std::optional(port) : std::nullopt;
}

/// "TCP4 SOURCE DESTINATION SOURCE-PORT DESTINATION-PORT".
Parsed parse_addresses(std::string_view rest, ProxyHeader header) {
  const std::string_view family = take_word(rest);
  if (family == "UNKNOWN") return header;
  const std::string_view source = take_word(rest);
  const std::string_view destination = take_word(rest);
  const auto source_port = port_of(take_word(rest));
  const auto destination_port = port_of(rest);
  if (!source_port || !destination_port || (family != "TCP4" && family != "TCP6"))
    return base::make_unexpected(bad_line);
  const auto from = parse_address(source, *source_port);
  const auto to = parse_address(destination, *destination_port);
  const bool has_zone = source.find('%') != std::string_view::npos;  // means something on the proxy only
  const bool has_colon = source.find(':') != std::string_view::npos;
  if (!from || !to || has_zone || has_colon != (family == "TCP6")) return base::make_unexpected(bad_line);
  header.source = *from;
  return header;
}

Parsed parse_line(base::Bytes bytes) {
  const std::string_view text = base::as_text(bytes.first(std::min(bytes.size(), max_line)));
  const std::size_t end = text.find("\r\n");
  if (end == std::string_view::npos) {
    if (bytes.size() >= max_line) return base::make_unexpected(bad_line);
    return std::optional<ProxyHeader>();
  }
  return parse_addresses(text.substr(line_start.size(), end - line_start.size()),
                         {.bytes = end + 2, .source = {}});
}

std::uint16_t big_endian(base::Bytes bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}

/// Type, length, value, one behind the other to the very end.
bool are_tlvs(base::Bytes bytes) {
  while (!bytes.empty()) {
    if (bytes.size() < tlv_start) return false;
    const std::size_t length = tlv_start + big_endian(bytes, 1);
    if (length > bytes.size()) return false;
    bytes = bytes.subspan(length);
  }
  return true;
}

/// A family's addresses: source, destination, source port, destination port.
struct Family {
  std::uint8_t code;  // with the transport: TCP
  std::size_t ip_bytes;
};

constexpr Family families[] = {{0x11, 4}, {0x21, 16}};

Address source_of(base::Bytes addresses, std::size_t ip_bytes) {
  Address address;
  if (ip_bytes == 4) address.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::copy_n(addresses.begin(), ip_bytes, address.ip.end() - static_cast<std::ptrdiff_t>(ip_bytes));
  address.port = big_endian(addresses, 2 * ip_bytes);
  return address;
}

/// What a PROXY command says of a TCP client; of others (unix sockets, UDP) nothing is known.
Parsed parse_families(base::Bytes content, std::uint8_t code, ProxyHeader header) {
  for (const Family& family : families) {
    if (family.code != code) continue;
    const std::size_t addresses = 2 * family.ip_bytes + 4;
    if (content.size() < addresses || !are_tlvs(content.subspan(addresses)))
      return base::make_unexpected(bad_block);
    header.source = source_of(content, family.ip_bytes);
  }
  return header;
}

Parsed parse_block(base::Bytes bytes) {
  constexpr std::uint8_t local = 0x20;
  constexpr std::uint8_t proxy = 0x21;
  constexpr std::uint8_t max_code = 0x32;
  if (bytes.size() < block_start) return std::optional<ProxyHeader>();
  const std::uint8_t command = bytes[12];
  const std::uint8_t code = bytes[13];
  const std::size_t length = block_start + big_endian(bytes, 14);
  if ((command != local && command != proxy) || code > max_code || (code & 0x0FU) > 2)
    return base::make_unexpected(bad_block);
  if (length > max_proxy_header_bytes)
    return base::make_unexpected(std::string_view("its PROXY header is too long"));
  if (bytes.size() < length) return std::optional<ProxyHeader>();
  const ProxyHeader header{.bytes = length, .is_local = command == local, .source = {}};
  if (header.is_local) return header;
  return parse_families(bytes.subspan(block_start, length - block_start), code, header);
}

class ProxyLayer final : public ByteLayer {
 public:
  LayerKind kind() const override { return LayerKind::proxy; }
  Heard hear(std::span<std::uint8_t> bytes, Room room) override;
  bool say(base::Bytes bytes, std::vector<std::uint8_t>& down) override {
    down.insert(down.end(), bytes.begin(), bytes.end());
    return true;
  }
  void end(std::vector<std::uint8_t>&) override {}
  LayerFacts facts() const override {
    return {.is_proxied = !header_.is_local, .peer = header_.source, .user = {}};
  }
  bool is_done() const override { return is_done_; }

 private:
  std::vector<std::uint8_t> begun_;  // of the header
  ProxyHeader header_{.is_local = true, .source = {}};
  bool is_done_ = false;
};

/// A header comes alone or with what follows it; in pieces only if somebody wants it so.
ByteLayer::Heard ProxyLayer::hear(std::span<std::uint8_t> bytes, Room) {
  if (is_done_) return {.up = bytes};
  const std::size_t before = begun_.size();
  const std::size_t wanted = std::min(bytes.size(), max_proxy_header_bytes - before);
  begun_.insert(begun_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(wanted));
  const Parsed parsed = parse_proxy_header(begun_);
  if (!parsed) return {.up = {}, .state = State::failed, .why = parsed.error()};
  if (!*parsed) return {};
  header_ = **parsed;
  is_done_ = true;
  begun_ = {};
  return {.up = bytes.subspan(header_.bytes - before), .has_facts = true};
}

}  // namespace

Parsed parse_proxy_header(base::Bytes bytes) {
  if (agree(bytes, signature)) return parse_block(bytes);
  if (agree(bytes, base::as_bytes(line_start))) return parse_line(bytes);
  return base::make_unexpected(no_header);
}

std::unique_ptr<ByteLayer> make_proxy_layer() { return std::make_unique<ProxyLayer>(); }

}  // namespace net
