// SPDX-License-Identifier: Apache-2.0
// The table of keys.cc is the grammar: a node of the document is a setting, a list of tables or a
// section, as its dotted name says. Everything else is unknown. Overrides are read as small documents by the
// same rules.
#include "broker/app/config/text.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "broker/app/config/keys.h"
#include "broker/app/config/nearest.h"
#include "broker/app/config/toml.h"
#include "broker/app/config/values.h"

namespace app {
namespace {

/// Where a value was given. Overrides come after every line of the file.
struct Origin {
  std::string where;
  std::uint32_t line = std::numeric_limits<std::uint32_t>::max();
};

/// The dotted name of a node. `pattern` is its name in the table of keys; `shown` is what the user wrote.
struct DottedName {
  std::string pattern;
  std::string shown;
  std::size_t index = 0;

  DottedName child(std::string_view part) const {
    const std::string_view dot = pattern.empty() ? "" : ".";
    return {fmt::format("{}{}{}", pattern, dot, part), fmt::format("{}{}{}", shown, dot, part), index};
  }
};

const ConfigKey* find_key(std::string_view pattern) {
  const auto keys = config_keys();
  const auto key =
      std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& k) { return k.name == pattern; });
  return key == keys.end() ? nullptr : &*key;
}

const ConfigList* find_list(std::string_view pattern) {
  const auto lists = config_lists();
  const auto list =
      std::find_if(lists.begin(), lists.end(), [&](const ConfigList& l) { return l.name == pattern; });
  return list == lists.end() ? nullptr : &*list;
}

bool is_section(std::string_view pattern) {
  const auto keys = config_keys();
  return std::any_of(keys.begin(), keys.end(), [&](const ConfigKey& key) {
    return key.name.starts_with(pattern) && key.name.substr(pattern.size()).starts_with('.');
  });
}

/// A quoted TOML key may hold anything, so also the dot and the star that mean something in a pattern.
bool is_plain(std::string_view part) {
  return !part.empty() &&
         part.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

std::optional<std::vector<std::string>> texts_of(const toml::array& array) {
  std::vector<std::string> texts;
  for (const toml::node& item : array) {
    const auto* text = item.as_string();
    if (text == nullptr) return std::nullopt;
    texts.push_back(text->get());
  }
  return texts;
}

Value value_of(const toml::node& node) {
  Value value;
  if (const auto* text = node.as_string()) value.typed = text->get();
  if (const auto* number = node.as_integer()) value.typed = number->get();
  if (const auto* number = node.as_floating_point()) value.typed = number->get();
  if (const auto* truth = node.as_boolean()) value.typed = truth->get();
  if (const auto* array = node.as_array()) {
    if (auto texts = texts_of(*array)) value.typed = *std::move(texts);
  }
  return value;
}

/// The value of an override as a document with one key; none when it is no TOML and so a bare string.
std::optional<toml::table> parse_value(std::string_view text) {
  auto parsed = toml::parse(fmt::format("value = {}", text));
  if (!parsed) return std::nullopt;
  toml::table document = std::move(parsed).table();
  // A line break in the value must not smuggle in a second key.
  if (document.size() != 1 || !document.contains("value")) return std::nullopt;
  return document;
}

/// Fills a Config and collects what is wrong. Lives for one parse_config.
class ConfigReader {
 public:
  explicit ConfigReader(std::string_view file) : file_(file) {}

  void read_document(const toml::table& document) { read_section(document, {}); }
  void read_override(const Override& setting);
  /// What no setting can know alone.
  void check_whole() {
    check_binds();
    check_tls();
    check_admins();
    check_channels();
    check_nodes();
  }

  const Config& config() const { return config_; }
  void tell_places(ConfigPlaces& places) const;
  std::vector<Problem> sorted_problems();

 private:
  void read_node(const toml::node& node, const DottedName& name, const Origin& origin);
  void read_section(const toml::table& section, const DottedName& name);
  void read_list(const toml::node& node, const DottedName& name, const Origin& origin);
  void read_setting(const ConfigKey& key, const Value& value, const DottedName& name, const Origin& origin);

  void read_override_value(const Override& setting, const DottedName& name);
  std::optional<DottedName> resolve(const Override& setting);
  std::optional<DottedName> element(const ConfigList& list, const DottedName& name, std::string_view number);

  void check_binds();
  void check_tls();
  void check_admins();
  void check_channels();
  void check_nodes();

  Origin origin_of(const toml::source_region& region) const;
  Origin origin_of(std::string_view pattern, std::size_t index) const;
  DottedName element_of(const DottedName& list, std::size_t index) const;
  void complain(const Origin& origin, std::string what) { problems_.push_back({origin, std::move(what)}); }
  void complain_unknown(const DottedName& name, const Origin& origin);

  struct Found {
    Origin origin;
    std::string what;
  };

  std::string file_;
  const Override* override_ = nullptr;  // while one is read
  Config config_;
  std::vector<Found> problems_;
  using Place = std::pair<std::string, std::size_t>;  // pattern and index
  std::map<Place, Origin> origins_;                   // of everything that was given
  std::set<Place> failed_;                            // whose value in config_ is not what was given
};

Origin ConfigReader::origin_of(const toml::source_region& region) const {
  if (override_ != nullptr) return {override_->where};
  return {fmt::format("{}:{}", file_, region.begin.line), region.begin.line};
}

/// Of a setting, or else of the list's element it belongs to, or else of the whole.
Origin ConfigReader::origin_of(std::string_view pattern, std::size_t index) const {
  for (std::string_view name = pattern;; name = name.substr(0, name.rfind('.'))) {
    if (const auto found = origins_.find({std::string(name), index}); found != origins_.end())
      return found->second;
    if (name.find('.') == std::string_view::npos) return {fmt::format("{}:1", file_), 1};
  }
}

/// Overrides name the elements by number, files by order.
DottedName ConfigReader::element_of(const DottedName& list, std::size_t index) const {
  return {list.pattern + ".*", override_ == nullptr ? list.shown : fmt::format("{}.{}", list.shown, index),
          index};
}

void ConfigReader::complain_unknown(const DottedName& name, const Origin& origin) {
  std::string nearest(nearest_key(name.pattern));
  if (const std::size_t star = nearest.find(".*"); star != std::string::npos) {
    nearest.replace(star, 2, override_ == nullptr ? "" : fmt::format(".{}", name.index));
  }
  complain(origin,
           fmt::format("unknown key {}; the nearest known one is {}", quoted(name.shown), quoted(nearest)));
}

void ConfigReader::read_node(const toml::node& node, const DottedName& name, const Origin& origin) {
  if (const ConfigKey* key = find_key(name.pattern)) return read_setting(*key, value_of(node), name, origin);
  if (find_list(name.pattern) != nullptr) return read_list(node, name, origin);
  if (!is_section(name.pattern)) return complain_unknown(name, origin);
  if (const toml::table* section = node.as_table()) return read_section(*section, name);
  complain(origin, fmt::format("{} is a section: give its settings one by one, not a value", name.shown));
}

void ConfigReader::read_section(const toml::table& section, const DottedName& name) {
  for (auto&& [key, node] : section) {
    const DottedName child = name.child(key.str());
    if (is_plain(key.str())) {
      read_node(node, child, origin_of(key.source()));
    } else {
      complain_unknown(child, origin_of(key.source()));
    }
  }
}

void ConfigReader::read_list(const toml::node& node, const DottedName& name, const Origin& origin) {
  const toml::array* elements = node.as_array();
  const bool has_tables_only =
      elements != nullptr &&
      std::all_of(elements->begin(), elements->end(), [](const toml::node& each) { return each.is_table(); });
  if (!has_tables_only) {
    return complain(origin,
                    fmt::format("{0} must be a list of tables; write [[{0}]] with two brackets above the "
                                "settings of each",
                                name.shown));
  }
  origins_[{name.pattern, 0}] = origin;
  find_list(name.pattern)->resize(config_, 0);
  find_list(name.pattern)->resize(config_, elements->size());
  for (std::size_t index = 0; index < elements->size(); ++index) {
    const toml::node& item = *elements->get(index);
    const DottedName element = element_of(name, index);
    origins_[{element.pattern, index}] = origin_of(item.source());
    read_section(*item.as_table(), element);
  }
}

void ConfigReader::read_setting(const ConfigKey& key, const Value& value, const DottedName& name,
                                const Origin& origin) {
  origins_[{name.pattern, name.index}] = origin;
  failed_.erase({name.pattern, name.index});
  if (const Complaint complaint = key.store(config_, name.index, value, key.range)) {
    failed_.emplace(name.pattern, name.index);
    complain(origin, fmt::format("{} {}", name.shown, *complaint));
  }
}

/// The element of a list that an override names; the one after the last is made.
std::optional<DottedName> ConfigReader::element(const ConfigList& list, const DottedName& name,
                                                std::string_view number) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
  const Origin origin{override_->where};
  if (error != std::errc{} || end != number.data() + number.size()) {
    complain(origin, fmt::format("{0} is a list: name the element by its number, such as {0}.0", name.shown));
    return std::nullopt;
  }
  const std::size_t size = list.size(config_);
  if (index > size) {
    complain(origin, fmt::format("{0}.{1} leaves a gap; the next one is {0}.{2}", name.shown, index, size));
    return std::nullopt;
  }
  const DottedName found = element_of(name, index);
  if (index == size) {
    list.resize(config_, size + 1);
    origins_[{found.pattern, index}] = origin;
  }
  return found;
}

std::optional<DottedName> ConfigReader::resolve(const Override& setting) {
  DottedName name;
  for (std::string_view rest = setting.key;;) {
    const std::string_view part = rest.substr(0, rest.find('.'));
    const ConfigList* list = find_list(name.pattern);
    if (list != nullptr) {
      const auto found = element(*list, name, part);
      if (!found) return std::nullopt;
      name = *found;
    } else {
      name = name.child(part);
      if (find_key(name.pattern) == nullptr && !is_section(name.pattern)) {
        // The rest belongs to the name that the nearest is looked for.
        if (part.size() < rest.size()) name = name.child(rest.substr(part.size() + 1));
        complain_unknown(name, {setting.where});
        return std::nullopt;
      }
    }
    if (part.size() == rest.size()) return name;
    rest.remove_prefix(part.size() + 1);
  }
}

void ConfigReader::read_override(const Override& setting) {
  override_ = &setting;
  if (const std::optional<DottedName> name = resolve(setting)) read_override_value(setting, *name);
  override_ = nullptr;
}

void ConfigReader::read_override_value(const Override& setting, const DottedName& name) {
  const std::optional<toml::table> document = parse_value(setting.value);
  const toml::value<std::string> bare(setting.value);
  const toml::node& node = document ? *document->get("value") : bare;
  const ConfigKey* key = find_key(name.pattern);
  if (key == nullptr) return read_node(node, name, {setting.where});
  Value value = value_of(node);
  value.bare = setting.value;
  read_setting(*key, value, name, {setting.where});
}

/// Two listeners of one address would share its connections at random, as the port is opened once per worker.
std::vector<std::string> endpoints_of(const Bind& bind) {
  if (const auto* socket = std::get_if<UnixBind>(&bind)) return {socket->path};
  const auto& [host, port] = std::get<TcpBind>(bind);
  if (port == 0) return {};
  if (host.empty()) return {fmt::format("0.0.0.0:{}", port), fmt::format(":::{}", port)};
  return {fmt::format("{}:{}", host, port)};
}

void ConfigReader::check_binds() {
  if (config_.listeners.empty()) {
    complain(origin_of("listener", 0),
             "listener must not be an empty list; leave it out for the default one");
  }
  std::set<std::string> taken;
  for (std::size_t index = 0; index < config_.listeners.size(); ++index) {
    if (failed_.contains({"listener.*.bind", index})) continue;
    for (const std::string& endpoint : endpoints_of(config_.listeners[index].bind)) {
      if (taken.insert(endpoint).second) continue;
      complain(origin_of("listener.*.bind", index),
               "bind must differ from that of every other listener; write another port or drop one of them");
      break;
    }
  }
}

/// What a setting of TLS cannot do without.
struct TlsNeed {
  std::string_view key;
  bool (*is_unmet)(const TlsSettings& tls);
  std::string_view what;
};

constexpr TlsNeed tls_needs[] = {
    {"listener.*.tls.cert", [](const TlsSettings& tls) { return !tls.cert.empty() && tls.key.empty(); },
     "tls.cert and tls.key must be given together, or neither"},
    {"listener.*.tls.key", [](const TlsSettings& tls) { return tls.cert.empty() && !tls.key.empty(); },
     "tls.cert and tls.key must be given together, or neither"},
    {"listener.*.tls.further_certs",
     [](const TlsSettings& tls) { return tls.cert.empty() && !tls.further_certs.empty(); },
     "tls.further_certs must have a tls.cert for clients that ask for no name"},
    {"listener.*.tls.client_ca",
     [](const TlsSettings& tls) { return tls.cert.empty() && !tls.client_ca.empty(); },
     "tls.client_ca must have a tls.cert: a listener without one speaks no TLS with certificates"},
    {"listener.*.tls.require_client_certificate",
     [](const TlsSettings& tls) { return tls.require_client_certificate && tls.client_ca.empty(); },
     "tls.require_client_certificate must have a tls.client_ca to check them by"},
    {"listener.*.tls.require_client_certificate",
     [](const TlsSettings& tls) { return tls.require_client_certificate && !tls.psk_file.empty(); },
     "tls.require_client_certificate must stand without tls.psk_file, whose clients have none"},
    {"listener.*.tls.crl", [](const TlsSettings& tls) { return !tls.crl.empty() && tls.client_ca.empty(); },
     "tls.crl must have a tls.client_ca, whose certificates it is about"},
    {"listener.*.tls.user",
     [](const TlsSettings& tls) {
       return (tls.user == TlsUser::cn || tls.user == TlsUser::subject) && tls.client_ca.empty();
     },
     "tls.user must have a tls.client_ca, or nobody has a certificate to be a user by"},
    {"listener.*.tls.user",
     [](const TlsSettings& tls) { return tls.user == TlsUser::psk && tls.psk_file.empty(); },
     "tls.user = \"psk\" must have a tls.psk_file"},
};

void ConfigReader::check_tls() {
  for (std::size_t index = 0; index < config_.listeners.size(); ++index) {
    const Listener& listener = config_.listeners[index];
    for (const TlsNeed& need : tls_needs) {
      if (need.is_unmet(listener.tls)) complain(origin_of(need.key, index), std::string(need.what));
    }
    if (listener.proxy_protocol && listener.trusted_proxies.empty()) {
      complain(origin_of("listener.*.trusted_proxies", index),
               "trusted_proxies must name the proxies of a listener with proxy_protocol = true");
    }
  }
}

void ConfigReader::check_admins() {
  if (config_.http.admins.empty() || !config_.auth.password_file.empty()) return;
  if (failed_.contains({"auth.password_file", 0})) return;
  complain(origin_of("http.admins", 0),
           "http.admins must be users of an auth.password_file: without one nobody can log in");
}

void ConfigReader::check_channels() {
  std::set<std::tuple<std::string, std::string, std::vector<std::uint8_t>>> known;
  for (std::size_t index = 0; index < config_.mesh.channels.size(); ++index) {
    const Channel& channel = config_.mesh.channels[index];
    if (failed_.contains({"mesh.channel.*.name", index}) || failed_.contains({"mesh.channel.*.psk", index}))
      continue;
    if (channel.name.empty()) {
      complain(origin_of("mesh.channel.*", index),
               "mesh.channel must have a name, as it stands on the devices");
    } else if (!known.emplace(channel.name, channel.root, *psk_bytes(channel.psk)).second) {
      complain(
          origin_of("mesh.channel.*.name", index),
          fmt::format("channel {} with this psk is given twice; drop one of them", quoted(channel.name)));
    }
  }
}

void ConfigReader::check_nodes() {
  for (std::size_t index = 0; index < config_.mesh.own_nodes.size(); ++index) {
    const MeshNode& node = config_.mesh.own_nodes[index];
    if (failed_.contains({"mesh.node.*.private_key", index}) || failed_.contains({"mesh.node.*.id", index}))
      continue;
    const std::size_t keys = (node.private_key.empty() ? 0U : 1U) + (node.private_key_file.empty() ? 0U : 1U);
    if (keys == 0 && !node.id) continue;
    if (keys != 1 || !node.id) {
      complain(origin_of("mesh.node.*", index),
               "mesh.node must have an id and one of private_key and private_key_file");
    }
  }
}

void ConfigReader::tell_places(ConfigPlaces& places) const {
  for (const auto& [place, origin] : origins_) {
    const auto& [pattern, index] = place;
    places[numbered_key(pattern, index)] = origin.where;
  }
}

/// Problems of the file by line, then those of the overrides.
std::vector<Problem> ConfigReader::sorted_problems() {
  std::stable_sort(problems_.begin(), problems_.end(),
                   [](const Found& a, const Found& b) { return a.origin.line < b.origin.line; });
  std::vector<Problem> problems;
  problems.reserve(problems_.size());
  for (const Found& found : problems_) problems.push_back({found.origin.where, found.what});
  return problems;
}

}  // namespace

std::string to_text(const Problem& problem) { return fmt::format("{}: {}", problem.where, problem.what); }

std::string to_text(const std::vector<Problem>& problems) {
  std::string lines;
  for (const Problem& problem : problems) lines.append(lines.empty() ? "" : "\n").append(to_text(problem));
  return lines;
}

std::string place_of(const ConfigPlaces& places, const std::string& key) {
  const auto place = places.find(key);
  return place == places.end() ? "configuration" : place->second;
}

base::Expected<Config, std::vector<Problem>> parse_config(std::string_view text, std::string_view name,
                                                          const std::vector<Override>& overrides,
                                                          ConfigPlaces* places) {
  const toml::parse_result document = toml::parse(text);
  if (!document) {
    const toml::parse_error& error = document.error();
    return base::make_unexpected(
        std::vector<Problem>{{fmt::format("{}:{}", name, error.source().begin.line),
                              fmt::format("no valid TOML: {}", error.description())}});
  }
  ConfigReader reader(name);
  reader.read_document(document.table());
  for (const Override& setting : overrides) reader.read_override(setting);
  reader.check_whole();
  std::vector<Problem> problems = reader.sorted_problems();
  if (!problems.empty()) return base::make_unexpected(std::move(problems));
  if (places != nullptr) reader.tell_places(*places);
  return reader.config();
}

}  // namespace app
