// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "broker/base/text.h"

namespace app {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::uint64_t max_duration_ms = 100ULL * 366 * 24 * 3600 * 1000;

constexpr Unit duration_units[] = {{"ms", 1},        {"s", 1000},       {"m", 60'000},
                                   {"h", 3'600'000}, {"d", 86'400'000}, {"w", 604'800'000}};

constexpr Unit size_units[] = {{"", 1},
                               {"b", 1},
                               {"kib", 1ULL << 10},
                               {"mib", 1ULL << 20},
                               {"gib", 1ULL << 30},
                               {"tib", 1ULL << 40},
                               {"kb", 1000},
                               {"mb", 1'000'000},
                               {"gb", 1'000'000'000},
                               {"tb", 1'000'000'000'000}};

constexpr Unit rate_units[] = {{"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Takes the leading characters that satisfy `is_part`.
std::string_view take_while(std::string_view& text, bool (*is_part)(char)) {
  const auto* const end = std::find_if_not(text.begin(), text.end(), is_part);
  const auto length = static_cast<std::size_t>(end - text.begin());
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(length);
  return taken;
}

/// Digits only, and all of them; none when there are no digits or too many.
std::optional<std::uint64_t> whole_number(std::string_view text, int base = 10) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> factor_of(std::span<const Unit> units, std::string_view name) {
  const auto unit =
      std::find_if(units.begin(), units.end(), [name](const Unit& u) { return u.name == name; });
  if (unit == units.end()) return std::nullopt;
  return unit->factor;
}

tl::unexpected<std::string> wrong(std::string what) { return base::make_unexpected(std::move(what)); }

}  // namespace

Parsed<base::Duration> parse_duration(std::string_view text) {
  const auto malformed = [text] {
    return wrong(fmt::format(
        "must be a duration such as \"15m\", \"500ms\" or \"1h30m\" (ms s m h d w), not {}", quoted(text)));
  };
  if (text.empty()) return malformed();
  std::uint64_t total = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view digits = take_while(rest, is_digit);
    const auto factor = factor_of(duration_units, take_while(rest, is_letter));
    if (digits.empty() || !factor) return malformed();
    const auto number = whole_number(digits);
    if (!number || *number > (max_duration_ms - total) / *factor) {
      return wrong(fmt::format("must be at most a hundred years, not {}", quoted(text)));
    }
    total += *number * *factor;
  }
  return base::Duration(static_cast<base::Duration::rep>(total));
}

Parsed<std::uint64_t> parse_size(std::string_view text) {
  std::string_view unit = text;
  const std::string_view digits = take_while(unit, is_digit);
  const auto factor = factor_of(size_units, base::lower_case(unit));
  if (digits.empty() || !factor) {
    return wrong(fmt::format("must be a size such as \"2MiB\", \"8MB\" or \"1000\", not {}", quoted(text)));
  }
  const auto number = whole_number(digits);
  if (!number || *number > std::numeric_limits<std::uint64_t>::max() / *factor) {
    return wrong(fmt::format("must be a size of less than 64 bits, not {}", quoted(text)));
  }
  return *number * *factor;
}

Parsed<Rate> parse_rate(std::string_view text) {
  std::string_view rest = text;
  const auto number = whole_number(take_while(rest, is_digit));
  const auto per = rest.starts_with('/') ? factor_of(rate_units, rest.substr(1)) : std::nullopt;
  if (!number || !per || *number > std::numeric_limits<std::uint32_t>::max()) {
    return wrong(fmt::format("must be a rate such as \"1/s\", \"30/m\" or \"100/h\", not {}", quoted(text)));
  }
  return Rate{static_cast<std::uint32_t>(*number), base::Duration(static_cast<base::Duration::rep>(*per))};
}

namespace {

constexpr std::string_view bind_examples =
    R"("0.0.0.0:1883", ":1883", "[::1]:1883" or "unix:/run/meshbroker.sock")";

std::optional<std::string> ipv4(std::string_view text) {
  in_addr address{};
  const std::string host(text == "localhost" ? "127.0.0.1" : text);
  if (inet_pton(AF_INET, host.c_str(), &address) != 1) return std::nullopt;
  return host;
}

/// In its shortest form, so that equal addresses are equal texts; the zone, which names an interface, stays.
std::optional<std::string> ipv6(std::string_view text) {
  const std::size_t percent = text.find('%');
  const std::string host(text.substr(0, percent));
  const std::string zone(percent == std::string_view::npos ? "" : text.substr(percent));
  if (percent != std::string_view::npos && (zone.size() < 2 || zone.size() > IFNAMSIZ)) return std::nullopt;
  in6_addr address{};
  if (inet_pton(AF_INET6, host.c_str(), &address) != 1) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> shortest{};
  inet_ntop(AF_INET6, &address, shortest.data(), shortest.size());
  return shortest.data() + zone;
}

Parsed<Bind> parse_unix_bind(std::string_view path) {
  constexpr std::size_t max_length = sizeof(sockaddr_un::sun_path) - 1;
  if (!path.starts_with('/') || path.ends_with('/') || path.size() > max_length) {
    return wrong(
        fmt::format("must name a socket by an absolute path of at most {} bytes after \"unix:\", not {}",
                    max_length, quoted(path)));
  }
  return UnixBind{std::string(path)};
}

Parsed<std::string> parse_host(std::string_view host) {
  if (host.empty()) return std::string();
  const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const auto address = is_bracketed ? ipv6(host.substr(1, host.size() - 2)) : ipv4(host);
  if (address) return *address;
  if (ipv6(host)) {
    return wrong(fmt::format("must have brackets around an IPv6 address: \"[{}]:1883\"", host));
  }
  return wrong(fmt::format("must start with an IP address of this machine, not {}; write {}", quoted(host),
                           bind_examples));
}

}  // namespace

Parsed<Bind> parse_bind(std::string_view text) {
  constexpr std::string_view unix_prefix = "unix:";
  if (text.find('\0') != std::string_view::npos) return wrong("must not contain U+0000");
  if (text.starts_with(unix_prefix)) return parse_unix_bind(text.substr(unix_prefix.size()));
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.ends_with(']')) {
    return wrong(
        fmt::format("must have a port after a colon, not {}; write {}", quoted(text), bind_examples));
  }
  const auto port = whole_number(text.substr(colon + 1));
  const Parsed<std::string> host = parse_host(text.substr(0, colon));
  if (!host) return base::make_unexpected(host.error());
  if (!port || *port > std::numeric_limits<std::uint16_t>::max()) {
    return wrong(fmt::format("must end with a port in 0..65535, not {}", quoted(text.substr(colon + 1))));
  }
  return TcpBind{*host, static_cast<std::uint16_t>(*port)};
}

Parsed<std::uint32_t> parse_node_id(std::string_view text) {
  constexpr std::uint32_t reserved = 4;
  constexpr std::uint32_t broadcast = 0xffffffff;
  const bool has_form = text.size() == 9 && text.front() == '!';
  const auto number = has_form ? whole_number(text.substr(1), 16) : std::nullopt;
  if (!number) {
    return wrong(fmt::format("must be \"!\" and eight hex digits such as \"!0b0b0b0b\", or \"\", not {}",
                             quoted(text)));
  }
  if (*number < reserved || *number == broadcast) {
    return wrong(fmt::format("must be in !00000004..!fffffffe, not {}", quoted(text)));
  }
  return static_cast<std::uint32_t>(*number);
}

namespace {

constexpr std::size_t max_psk_bytes = 32;
constexpr std::string_view psk_forms =
    "must be base64 such as \"AQ==\", hex such as \"0x01\", \"none\", \"default\" or \"simple0\" to "
    "\"simple254\"";

/// The value of a base64 digit of either alphabet (RFC 4648, sections 4 and 5); 64 for any other character.
std::uint32_t sextet(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 26);
  if (is_digit(c)) return static_cast<std::uint32_t>(c - '0' + 52);
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : 64;
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) {
  const std::size_t digits = std::min(text.find('='), text.size());
  const std::string_view padding = text.substr(digits);
  const bool is_padded_well = padding.empty() || (text.size() % 4 == 0 && padding.size() <= 2);
  if (!is_padded_well || padding.find_first_not_of('=') != std::string_view::npos || digits % 4 == 1) {
    return std::nullopt;
  }
  std::vector<std::uint8_t> bytes;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (sextet(text[i]) > 63) return std::nullopt;
    bits = (bits << 6) | sextet(text[i]);
    // Every digit but the first of four completes a byte, of which 6, 4, 2 bits too many are in `bits`.
    if (i % 4 != 0) bytes.push_back(static_cast<std::uint8_t>(bits >> (6 - 2 * (i % 4))));
  }
  return bytes;
}

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  if (text.empty() || text.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto byte = whole_number(text.substr(i, 2), 16);
    if (!byte) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(*byte));
  }
  return bytes;
}

/// simple0 is the default key; the devices count from one.
std::optional<std::vector<std::uint8_t>> from_simple(std::string_view digits) {
  const auto number = whole_number(digits);
  if (!number || *number > 254) return std::nullopt;
  return std::vector<std::uint8_t>{static_cast<std::uint8_t>(*number + 1)};
}

struct PskForm {
  std::string_view prefix;
  std::optional<std::vector<std::uint8_t>> (*decode)(std::string_view rest);
};

constexpr PskForm psk_prefixes[] = {
    {"base64:", from_base64}, {"0x", from_hex}, {"0X", from_hex}, {"simple", from_simple}};

std::optional<std::vector<std::uint8_t>> decode_psk(std::string_view text) {
  if (text == "none") return std::vector<std::uint8_t>{};
  if (text == "default") return from_simple("0");
  for (const PskForm& form : psk_prefixes) {
    // A slip in these forms must not pass as base64, which "0x1" and "simple" also are.
    if (text.starts_with(form.prefix)) return form.decode(text.substr(form.prefix.size()));
  }
  return from_base64(text);
}

}  // namespace

Parsed<std::vector<std::uint8_t>> psk_bytes(std::string_view text) {
  if (text == "random")
    return wrong("must be the key itself: \"random\" would be another one at every start");
  auto bytes = decode_psk(text);
  if (!bytes) return wrong(std::string(psk_forms));
  if (bytes->size() > max_psk_bytes) {
    return wrong(fmt::format("must be a key of 0 to {} bytes, not {}", max_psk_bytes, bytes->size()));
  }
  return *std::move(bytes);
}

std::string quoted(std::string_view text) {
  std::size_t shown_bytes = std::min<std::size_t>(text.size(), 80);
  // Not in the middle of a character.
  while (shown_bytes < text.size() && shown_bytes > 0 && (text[shown_bytes] & 0xc0) == 0x80) --shown_bytes;
  std::string shown = "\"";
  for (const char c : text.substr(0, shown_bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += c;
    }
  }
  return shown + (shown_bytes < text.size() ? "…\"" : "\"");
}

}  // namespace app
