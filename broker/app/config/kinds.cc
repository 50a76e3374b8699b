// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/kinds.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "broker/app/config/network.h"
#include "broker/app/config/values.h"
#include "broker/base/check.h"
#include "broker/mqtt/topic.h"
#include "broker/mqtt/utf8.h"

namespace app {
namespace {

struct Describe {
  std::string operator()(std::monostate) const { return "a date, a table or a mixed list"; }
  std::string operator()(bool truth) const { return truth ? "true" : "false"; }
  std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
  std::string operator()(double number) const { return fmt::format("the floating-point number {}", number); }
  std::string operator()(const std::string& text) const { return "the text " + quoted(text); }
  std::string operator()(const std::vector<std::string>&) const { return "a list"; }
};

std::string must_be(std::string_view expected, const Value& value) {
  return fmt::format("must be {}, not {}", expected, std::visit(Describe{}, value.typed));
}

/// The text of a text setting; none when the value is of another type.
std::optional<std::string> text_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.typed)) return *text;
  return value.bare;
}

struct Ends {
  std::string_view least;
  std::string_view most;
};

/// "LEAST..MOST" and possibly " bytes".
Ends ends_of(std::string_view range) {
  const std::size_t dots = range.find("..");
  CHECK(dots != std::string_view::npos);
  const std::string_view most = range.substr(dots + 2);
  return {range.substr(0, dots), most.substr(0, most.find(' '))};
}

std::uint64_t number_of(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  CHECK(error == std::errc{} && end == digits.data() + digits.size());
  return number;
}

/// Reads text by `parse` and holds it against the range, whose ends are written in the same way.
template <class T, class Parse, class Order>
Complaint read_ranged(std::string_view text, std::string_view range, Parse parse, Order order_of, T& out) {
  const Parsed<T> parsed = parse(text);
  if (!parsed) return parsed.error();
  const Ends ends = ends_of(range);
  const bool is_in_range =
      order_of(*parse(ends.least)) <= order_of(*parsed) && order_of(*parsed) <= order_of(*parse(ends.most));
  if (!is_in_range) return fmt::format("must be in {}, not {}", range, quoted(text));
  out = *parsed;
  return std::nullopt;
}

/// Every choice as it is written: true and false without quotes.
std::string choices_in_words(std::string_view range) {
  std::string words;
  for (std::size_t from = 0; from <= range.size();) {
    const std::size_t bar = std::min(range.find('|', from), range.size());
    const std::string_view choice = range.substr(from, bar - from);
    const bool is_bare = choice == "true" || choice == "false";
    if (from > 0) words += bar == range.size() ? " or " : ", ";
    words += is_bare ? std::string(choice) : quoted(choice);
    from = bar + 1;
  }
  return words;
}

std::optional<std::size_t> place_of(std::string_view chosen, std::string_view range) {
  std::size_t place = 0;
  for (std::size_t from = 0; from <= range.size(); ++place) {
    const std::size_t bar = std::min(range.find('|', from), range.size());
    if (range.substr(from, bar - from) == chosen) return place;
    from = bar + 1;
  }
  return std::nullopt;
}

/// What was chosen as text. A quoted "true" is not the truth value.
std::optional<std::string> chosen_text(const Value& value) {
  if (const bool* truth = std::get_if<bool>(&value.typed)) return *truth ? "true" : "false";
  const std::optional<std::string> text = text_of(value);
  return text == "true" || text == "false" ? std::nullopt : text;
}

Complaint check_topic(const std::string& topic) {
  if (mqtt::is_valid_utf8(topic) && mqtt::is_valid_topic(topic)) return std::nullopt;
  return fmt::format("must be topic levels without + # and U+0000 such as \"msh/EU_868\", not {}",
                     quoted(topic));
}

}  // namespace

Complaint read_number(const Value& value, std::string_view range, std::uint64_t& out) {
  const auto* number = std::get_if<std::int64_t>(&value.typed);
  const Ends ends = ends_of(range);
  const bool is_in_range = number != nullptr && *number >= 0 &&
                           static_cast<std::uint64_t>(*number) >= number_of(ends.least) &&
                           static_cast<std::uint64_t>(*number) <= number_of(ends.most);
  if (!is_in_range) return must_be(fmt::format("a whole number in {}", range), value);
  out = static_cast<std::uint64_t>(*number);
  return std::nullopt;
}

Complaint read_choice(const Value& value, std::string_view range, std::size_t& out) {
  const std::optional<std::string> chosen = chosen_text(value);
  const std::optional<std::size_t> place = chosen ? place_of(*chosen, range) : std::nullopt;
  if (!place) return must_be(choices_in_words(range), value);
  out = *place;
  return std::nullopt;
}

Complaint Truth::read(const Value& value, std::string_view, bool& out) {
  const bool* truth = std::get_if<bool>(&value.typed);
  if (truth == nullptr) return must_be("true or false, without quotes", value);
  out = *truth;
  return std::nullopt;
}

Complaint Size::read(const Value& value, std::string_view range, std::uint64_t& out) {
  const auto* number = std::get_if<std::int64_t>(&value.typed);
  const auto text = number != nullptr ? std::optional(fmt::format("{}", *number)) : text_of(value);
  if (!text) return must_be(fmt::format("a size in {} such as \"2MiB\"", range), value);
  return read_ranged(
      *text, range, parse_size, [](std::uint64_t size) { return size; }, out);
}

Complaint Period::read(const Value& value, std::string_view range, base::Duration& out) {
  const auto text = text_of(value);
  if (!text) return must_be(fmt::format("a duration in {} with its unit, such as \"15m\"", range), value);
  return read_ranged(
      *text, range, parse_duration, [](base::Duration period) { return period; }, out);
}

Complaint Frequency::read(const Value& value, std::string_view range, Rate& out) {
  const auto text = text_of(value);
  if (!text) return must_be(fmt::format("a rate in {} such as \"1/s\"", range), value);
  const auto per_day = [](const Rate& rate) { return rate.count * (std::chrono::hours(24) / rate.per); };
  return read_ranged(*text, range, parse_rate, per_day, out);
}

Complaint Address::read(const Value& value, std::string_view, Bind& out) {
  const auto text = text_of(value);
  if (!text) return must_be("an address and port such as \"0.0.0.0:1883\"", value);
  Parsed<Bind> bind = parse_bind(*text);
  if (!bind) return bind.error();
  out = *std::move(bind);
  return std::nullopt;
}

Complaint Path::read(const Value& value, std::string_view, std::string& out) {
  auto text = text_of(value);
  if (!text || text->find('\0') != std::string::npos) return must_be("a path in quotes", value);
  out = *std::move(text);
  return std::nullopt;
}

Complaint Name::read(const Value& value, std::string_view range, std::string& out) {
  auto text = text_of(value);
  const Ends ends = ends_of(range);
  const bool fits = text && mqtt::is_valid_utf8(*text) && text->size() >= number_of(ends.least) &&
                    text->size() <= number_of(ends.most);
  if (!fits) return must_be(fmt::format("a text of {} in quotes", range), value);
  out = *std::move(text);
  return std::nullopt;
}

Complaint Topic::read(const Value& value, std::string_view, std::string& out) {
  auto text = text_of(value);
  if (!text) return must_be("topic levels in quotes", value);
  if (Complaint complaint = check_topic(*text)) return complaint;
  out = *std::move(text);
  return std::nullopt;
}

Complaint AnyTopic::read(const Value& value, std::string_view range, std::string& out) {
  const auto text = text_of(value);
  if (!text || !text->empty()) return Topic::read(value, range, out);
  out.clear();
  return std::nullopt;
}

Complaint ShareUrls::read(const Value& value, std::string_view, std::vector<std::string>& out) {
  const auto* urls = std::get_if<std::vector<std::string>>(&value.typed);
  const auto is_shaped = [](const std::string& url) {
    return url.starts_with("http") && url.find("meshtastic.org/") != std::string::npos &&
           url.find('#') != std::string::npos;
  };
  if (urls == nullptr || !std::all_of(urls->begin(), urls->end(), is_shaped))
    return "must be a list of share URLs such as [\"https://meshtastic.org/e/#CgMSAQE\"]";
  out = *urls;
  return std::nullopt;
}

Complaint GatewayUsers::read(const Value& value, std::string_view, std::vector<std::string>& out) {
  constexpr std::size_t node_bytes = 9;
  const auto* users = std::get_if<std::vector<std::string>>(&value.typed);
  const auto is_shaped = [](std::string_view each) {
    if (each.size() < node_bytes + 2) return false;
    const std::string_view node = each.substr(each.size() - node_bytes);
    return each[each.size() - node_bytes - 1] == '=' && node.front() == '!' &&
           node.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
  };
  if (users == nullptr || !std::all_of(users->begin(), users->end(), is_shaped))
    return "must be a list of users with their nodes such as [\"ann=!a1b2c3d4\"]";
  out = *users;
  return std::nullopt;
}

Complaint PrivateKey::read(const Value& value, std::string_view, std::string& out) {
  constexpr std::size_t key_bytes = 32;
  auto text = text_of(value);
  if (text && !text->empty()) {
    const auto bytes = psk_bytes(text->starts_with("base64:") ? *text : "base64:" + *text);
    if (!bytes || bytes->size() != key_bytes) text.reset();
  }
  // The value is not described: it is a secret.
  if (!text) return "must be the 32 bytes of a private key in base64, as the app shows it, in quotes";
  out = *std::move(text);
  return std::nullopt;
}

Complaint Topics::read(const Value& value, std::string_view, std::vector<std::string>& out) {
  const auto* topics = std::get_if<std::vector<std::string>>(&value.typed);
  if (topics == nullptr) return must_be("a list of texts such as [\"msh\"]", value);
  for (const std::string& topic : *topics) {
    if (Complaint complaint = check_topic(topic)) return complaint;
  }
  out = *topics;
  return std::nullopt;
}

Complaint Line::read(const Value& value, std::string_view, std::string& out) {
  auto text = text_of(value);
  const auto is_control = [](char c) { return c >= 0 && c < ' '; };
  if (!text || std::any_of(text->begin(), text->end(), is_control)) return must_be("a text in quotes", value);
  out = *std::move(text);
  return std::nullopt;
}

Complaint Owner::read(const Value& value, std::string_view range, std::string& out) {
  std::string text;
  if (Complaint complaint = Line::read(value, range, text)) return complaint;
  const bool is_owner = text.find(':') == text.rfind(':') && !text.ends_with(':') &&
                        text.find_first_of(" /") == std::string::npos;
  if (!is_owner) return must_be("a user, \"user:group\" or \":group\"", value);
  out = std::move(text);
  return std::nullopt;
}

Complaint NetworkList::read(const Value& value, std::string_view, Networks& out) {
  const auto* texts = std::get_if<std::vector<std::string>>(&value.typed);
  if (texts == nullptr) return must_be("a list of networks such as [\"10.0.0.0/8\"]", value);
  Networks networks;
  for (const std::string& text : *texts) {
    const auto network = parse_network(text);
    if (!network) return network.error();
    networks.push_back(*network);
  }
  out = std::move(networks);
  return std::nullopt;
}

Complaint PlainNetworks::read(const Value& value, std::string_view range, std::vector<auth::Network>& out) {
  Networks networks;
  if (Complaint complaint = NetworkList::read(value, range, networks)) return complaint;
  std::vector<auth::Network> plain;
  for (const Network& network : networks) {
    if (network.is_private)
      return "must name its networks, such as \"192.168.0.0/16\", instead of \"private\"";
    plain.push_back({network.ip, network.bits});
  }
  out = std::move(plain);
  return std::nullopt;
}

Complaint Paths::read(const Value& value, std::string_view, std::vector<std::string>& out) {
  const auto* paths = std::get_if<std::vector<std::string>>(&value.typed);
  const auto is_path = [](const std::string& path) {
    return !path.empty() && path.find('\0') == std::string::npos;
  };
  if (paths == nullptr || !std::all_of(paths->begin(), paths->end(), is_path))
    return must_be("a list of paths such as [\"cert.pem\"]", value);
  out = *paths;
  return std::nullopt;
}

Complaint Users::read(const Value& value, std::string_view, std::vector<std::string>& out) {
  const auto* users = std::get_if<std::vector<std::string>>(&value.typed);
  const auto is_user = [](const std::string& user) {
    return !user.empty() && user.find(':') == std::string::npos;
  };
  if (users == nullptr || !std::all_of(users->begin(), users->end(), is_user))
    return must_be("a list of users such as [\"alice\"]", value);
  out = *users;
  return std::nullopt;
}

Complaint Token::read(const Value& value, std::string_view, std::string& out) {
  constexpr std::size_t least = 16, most = 256;
  const auto* token = std::get_if<std::string>(&value.typed);
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f; };
  const bool is_token =
      token != nullptr && (token->empty() || (token->size() >= least && token->size() <= most &&
                                              std::ranges::all_of(*token, is_visible)));
  if (!is_token) return "must be 16 to 256 visible ASCII characters, such as openssl rand -hex 32 makes";
  out = *token;
  return std::nullopt;
}

Complaint Origins::read(const Value& value, std::string_view, std::vector<std::string>& out) {
  const auto* origins = std::get_if<std::vector<std::string>>(&value.typed);
  if (origins == nullptr) return must_be("a list of origins such as [\"https://example.org\"]", value);
  for (const std::string& origin : *origins) {
    const std::size_t host = origin.find("://");
    const bool is_origin = host != std::string::npos && host > 0 && host + 3 < origin.size() &&
                           origin.find_first_of("/ ", host + 3) == std::string::npos;
    if (origin != "*" && !is_origin) {
      return fmt::format(
          "must be origins such as \"https://example.org:8443\", without a path, or \"*\", not {}",
          quoted(origin));
    }
  }
  out = *origins;
  return std::nullopt;
}

Complaint Mode::read(const Value& value, std::string_view, std::uint16_t& out) {
  const auto text = text_of(value);
  std::uint16_t mode = 0;
  bool is_mode = text && text->size() >= 3 && text->size() <= 4;
  if (is_mode) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), mode, 8);
    is_mode = error == std::errc{} && end == text->data() + text->size() && mode <= 0777;
  }
  if (!is_mode) return must_be("permissions in octal and in quotes, such as \"0660\"", value);
  out = mode;
  return std::nullopt;
}

Complaint NodeId::read(const Value& value, std::string_view, std::optional<std::uint32_t>& out) {
  const auto text = text_of(value);
  if (!text) return must_be("a node number such as \"!0b0b0b0b\", or \"\"", value);
  if (text->empty()) {
    out.reset();
    return std::nullopt;
  }
  const Parsed<std::uint32_t> number = parse_node_id(*text);
  if (!number) return number.error();
  out = *number;
  return std::nullopt;
}

Complaint Psk::read(const Value& value, std::string_view, std::string& out) {
  auto text = text_of(value);
  // The value is not described: what is written here may be a secret.
  if (!text) return "must be a text in quotes such as \"AQ==\"";
  if (const auto bytes = psk_bytes(*text); !bytes) return bytes.error();
  out = *std::move(text);
  return std::nullopt;
}

}  // namespace app
