// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/packets.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <utility>
#include <vector>

namespace conformance {
namespace {

/// Split at spaces outside quotes; the quotes stay.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  bool is_quoted = false;
  for (const char c : text) {
    if (c == '\'') is_quoted = !is_quoted;
    if (c != ' ' || is_quoted) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::string in_quotes(std::string_view word) {
  if (word.starts_with('\'')) return std::string(word);
  return "'" + std::string(word) + "'";
}

std::string hexadecimal(unsigned byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return {digits[(byte >> 4U) & 0x0fU], digits[byte & 0x0fU]};
}

/// What stands behind a packet's name. The first fault stays.
class Arguments {
 public:
  Arguments(const std::vector<std::string>& words, std::string_view client) : client_(client) {
    for (auto word = words.begin() + 1; word != words.end(); ++word) {
      const std::size_t equals = word->find('=');
      if (word->starts_with('\'') || equals == std::string::npos) {
        plain_.push_back(*word);
      } else {
        named_[word->substr(0, equals)] = word->substr(equals + 1);
      }
    }
  }

  const std::string& client() const { return client_; }
  bool has_next() const { return at_ < plain_.size(); }
  std::string next() {
    if (has_next()) return plain_[at_++];
    fail("something is missing at its end");
    return {};
  }
  bool has(const std::string& name) const { return named_.contains(name); }
  std::string take(const std::string& name, std::string otherwise) {
    const auto at = named_.find(name);
    if (at == named_.end()) return otherwise;
    return named_.extract(at).mapped();
  }
  unsigned take_number(const std::string& name, unsigned otherwise) {
    return number(take(name, std::to_string(otherwise)));
  }

  unsigned number(std::string_view word) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || value > 0xffff) {
      fail("not a number: " + std::string(word));
    }
    return value;
  }
  std::string u16(std::string_view word) {
    const unsigned value = number(word);
    return hexadecimal(value >> 8U) + " " + hexadecimal(value);
  }
  /// A number, or the name of one.
  std::string packet_id(const std::string& word) { return word.starts_with('<') ? word : u16(word); }

  void fail(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
  }
  /// Also of what nobody asked for.
  std::string fault() const {
    if (!fault_.empty()) return fault_;
    if (has_next()) return "too much: " + plain_[at_];
    if (!named_.empty()) return "does not take " + named_.begin()->first + "=";
    return {};
  }

 private:
  std::string client_;
  std::vector<std::string> plain_;
  std::size_t at_ = 0;
  std::map<std::string, std::string> named_;
  std::string fault_;
};

std::string connect(Arguments& in) {
  const bool is_v31 = in.take("version", "3.1.1") == "3.1";
  const bool has_will = in.has("will");
  const bool has_user = in.has("user");
  const bool has_password = in.has("password");
  const unsigned flags = (has_user ? 0x80U : 0U) | (has_password ? 0x40U : 0U) |
                         in.take_number("will_retain", 0) << 5U | in.take_number("will_qos", 0) << 3U |
                         (has_will ? 0x04U : 0U) | in.take_number("clean", 1) << 1U;
  std::string text = is_v31 ? "10 {('MQIsdp') 03 " : "10 {('MQTT') 04 ";
  text += hexadecimal(flags) + " " + in.u16(in.take("keepalive", "0"));
  text += " (" + in_quotes(in.take("id", in.client())) + ")";
  if (has_will) {
    text += " (" + in_quotes(in.take("will", {})) + ")";
    text += " (" + in_quotes(in.take("will_payload", {})) + ")";
  }
  if (has_user) text += " (" + in_quotes(in.take("user", {})) + ")";
  if (has_password) text += " (" + in_quotes(in.take("password", {})) + ")";
  return text + "}";
}

std::string connack(Arguments& in) {
  const std::string present = hexadecimal(in.take_number("present", 0));
  return "20 {" + present + " " + hexadecimal(in.take_number("code", 0)) + "}";
}

std::string publish(Arguments& in) {
  const unsigned qos = in.take_number("qos", 0);
  const unsigned first = 0x30U | in.take_number("dup", 0) << 3U | qos << 1U | in.take_number("retain", 0);
  std::string text = hexadecimal(first) + " {(" + in_quotes(in.next()) + ")";
  if (qos != 0) text += " " + in.packet_id(in.take("id", "0"));
  return text + " " + in_quotes(in.next()) + "}";
}

template <unsigned first>
std::string acknowledgement(Arguments& in) {
  return hexadecimal(first) + " {" + in.packet_id(in.next()) + "}";
}

std::string subscribe(Arguments& in) {
  std::string text = "82 {" + in.packet_id(in.next());
  while (in.has_next()) {
    const std::string entry = in.next();
    const std::size_t colon = entry.rfind(':');
    if (colon == std::string::npos) {
      in.fail("no QoS behind " + entry);
      break;
    }
    const unsigned qos = in.number(std::string_view(entry).substr(colon + 1));
    text += " (" + in_quotes(entry.substr(0, colon)) + ") " + hexadecimal(qos);
  }
  return text + "}";
}

std::string suback(Arguments& in) {
  std::string text = "90 {" + in.packet_id(in.next());
  while (in.has_next()) text += " " + in.next();
  return text + "}";
}

std::string unsubscribe(Arguments& in) {
  std::string text = "a2 {" + in.packet_id(in.next());
  while (in.has_next()) text += " (" + in_quotes(in.next()) + ")";
  return text + "}";
}

template <unsigned first>
std::string without_body(Arguments&) {
  return hexadecimal(first) + " 00";
}

struct NamedPacket {
  std::string_view name;
  std::string (*spell)(Arguments& in);
};

constexpr std::array<NamedPacket, 14> named_packets = {{
    {"CONNECT", connect},
    {"CONNACK", connack},
    {"PUBLISH", publish},
    {"PUBACK", acknowledgement<0x40>},
    {"PUBREC", acknowledgement<0x50>},
    {"PUBREL", acknowledgement<0x62>},
    {"PUBCOMP", acknowledgement<0x70>},
    {"SUBSCRIBE", subscribe},
    {"SUBACK", suback},
    {"UNSUBSCRIBE", unsubscribe},
    {"UNSUBACK", acknowledgement<0xb0>},
    {"PINGREQ", without_body<0xc0>},
    {"PINGRESP", without_body<0xd0>},
    {"DISCONNECT", without_body<0xe0>},
}};

/// Two letters may be a byte; a name is longer.
bool looks_like_name(std::string_view word) {
  const auto is_upper = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
  return word.size() > 2 && std::ranges::all_of(word, is_upper);
}

/// Where the next ` + ` outside quotes is.
std::size_t find_joint(std::string_view line) {
  bool is_quoted = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '\'') is_quoted = !is_quoted;
    if (!is_quoted && line.substr(at).starts_with(" + ")) return at;
  }
  return std::string_view::npos;
}

}  // namespace

base::Expected<std::string, std::string> spell_packet(std::string_view packet, std::string_view client) {
  const std::vector<std::string> words = words_of(packet);
  if (words.empty()) return base::make_unexpected(std::string("no bytes"));
  if (!looks_like_name(words.front())) return std::string(packet);
  const auto found = std::ranges::find(named_packets, words.front(), &NamedPacket::name);
  if (found == named_packets.end()) return base::make_unexpected("no packet is called " + words.front());
  Arguments arguments(words, client);
  std::string text = found->spell(arguments);
  if (const std::string fault = arguments.fault(); !fault.empty()) {
    return base::make_unexpected(words.front() + ": " + fault);
  }
  return text;
}

base::Expected<Pattern, std::string> parse_packets(std::string_view line, std::string_view client) {
  std::string text;
  while (true) {
    const std::size_t joint = find_joint(line);
    const auto spelled = spell_packet(line.substr(0, joint), client);
    if (!spelled) return base::make_unexpected(spelled.error());
    text += *spelled + " ";
    if (joint == std::string_view::npos) return parse_pattern(text);
    line.remove_prefix(joint + 3);
  }
}

}  // namespace conformance
