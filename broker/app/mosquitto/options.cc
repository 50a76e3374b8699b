// SPDX-License-Identifier: Apache-2.0
#include "broker/app/mosquitto/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <optional>

#include <fmt/format.h>

namespace app::mosquitto {
namespace {

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<bool> truth(std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

constexpr const char* not_truth = "must be true or false";
constexpr const char* not_number = "must be a whole number";

constexpr std::string_view of_listener = "listener.*.";

void put(Draft& draft, const Option& option, const std::string& value) {
  if (option.key.starts_with(of_listener)) {
    draft.listener().values[std::string(option.key.substr(of_listener.size()))] = value;
  } else {
    draft.values[std::string(option.key)] = value;
  }
}

std::string take_text(Draft& draft, const Line& line, const Option& option) {
  put(draft, option, toml_text(line.value));
  return {};
}

void note_folder(Draft& draft, const Line& line) {
  if (line.value.starts_with('/')) return;
  draft.note(line.where, fmt::format("{}: mosquitto takes this path from the folder it was started in, "
                                     "meshbroker from that of its configuration: better write all of it",
                                     line.name));
}

std::string take_path(Draft& draft, const Line& line, const Option& option) {
  note_folder(draft, line);
  return take_text(draft, line, option);
}

/// There is one file for all listeners. Users of one are not to become users of another unseen.
std::string take_access_file(Draft& draft, const Line& line, const Option& option) {
  const auto before = draft.values.find(option.key);
  if (draft.is_per_listener && before != draft.values.end() && before->second != toml_text(line.value)) {
    draft.note(line.where,
               fmt::format("{}: one file holds for all listeners, the first; join them by hand, or run a "
                           "broker for each",
                           line.name));
    return {};
  }
  return take_path(draft, line, option);
}

struct Scale {
  std::string_view key;
  std::int64_t least;
  std::int64_t most;
  bool is_unlimited_at_zero;
};

constexpr Scale scales[] = {{"broker.sys_interval", 0, 3600, false},
                            {"limits.inflight", 1, 65535, true},
                            {"limits.queued_messages", 1, 100'000'000, true},
                            {"limits.queued_bytes", 64, std::int64_t{1} << 40, true},
                            {"limits.packet_bytes", 64, std::int64_t{256} << 20, true},
                            {"listener.*.max_connections", 0, 10'000'000, false}};

std::string number_text(std::string_view key, std::int64_t value) {
  if (key.ends_with("_bytes")) return fmt::format("\"{}B\"", value);
  return key.ends_with("_interval") ? fmt::format("\"{}s\"", value) : std::to_string(value);
}

std::string take_number(Draft& draft, const Line& line, const Option& option) {
  const auto value = number(line.value);
  if (!value) return not_number;
  const Scale& scale = *std::find_if(std::begin(scales), std::end(scales),
                                     [&](const Scale& each) { return each.key == option.key; });
  const bool is_unlimited = *value == 0 && scale.is_unlimited_at_zero;
  const std::int64_t taken = is_unlimited ? scale.most : std::clamp(*value, scale.least, scale.most);
  if (taken != *value && *value != -1) {
    draft.note(line.where, fmt::format("{} {}: became {}", line.name, line.value, taken));
  }
  put(draft, option, number_text(option.key, taken));
  return {};
}

std::string take_expiry(Draft& draft, const Line& line, const Option& option) {
  constexpr std::pair<char, std::int64_t> hours[] = {
      {'h', 1}, {'d', 24}, {'w', 24 * 7}, {'m', 24 * 30}, {'y', 24 * 365}};
  const std::string_view digits = line.value.substr(0, line.value.size() - 1);
  const auto count = number(digits);
  for (const auto& [unit, each] : hours) {
    if (!count || *count < 1 || *count > 10'000'000 || line.value.back() != unit) continue;
    put(draft, option, fmt::format("\"{}h\"", std::min(*count * each, std::int64_t{36500} * 24)));
    return {};
  }
  return "must be a number and one of h, d, w, m, y";
}

std::string take_anonymous(Draft& draft, const Line& line, const Option& /*option*/) {
  const auto value = truth(line.value);
  if (!value) return not_truth;
  (draft.is_per_listener ? draft.listener().anonymous : draft.anonymous) = *value ? "true" : "false";
  return {};
}

template <bool Draft::*Member>
std::string take_flag(Draft& draft, const Line& line, const Option& /*option*/) {
  const auto value = truth(line.value);
  if (!value) return not_truth;
  draft.*Member = *value;
  return {};
}

std::string take_requirement(Draft& draft, const Line& line, const Option& /*option*/) {
  const auto value = truth(line.value);
  if (!value) return not_truth;
  draft.listener().requires_certificate = *value;
  return {};
}

std::string take_identity(Draft& draft, const Line& line, const Option& /*option*/) {
  const auto value = truth(line.value);
  if (!value) return not_truth;
  if (*value) draft.listener().identity = line.name == "use_subject_as_username" ? "subject" : "cn";
  return {};
}

std::string take_authorities(Draft& draft, const Line& line, const Option& /*option*/) {
  note_folder(draft, line);
  draft.listener().ca_file = toml_text(line.value);
  return {};
}

std::string take_psk_file(Draft& draft, const Line& line, const Option& /*option*/) {
  note_folder(draft, line);
  draft.psk_file = toml_text(line.value);
  return {};
}

std::string take_psk_hint(Draft& draft, const Line& /*line*/, const Option& /*option*/) {
  draft.listener().is_psk = true;
  return {};
}

std::string take_tls_version(Draft& draft, const Line& line, const Option& option) {
  const bool is_newest = line.value == "tlsv1.3";
  if (!is_newest && line.value != "tlsv1.2" && line.value != "tlsv1.1") {
    return "must be tlsv1.1, tlsv1.2 or tlsv1.3";
  }
  if (line.value == "tlsv1.1")
    draft.note(line.where, "tls_version: TLS 1.1 is not spoken; 1.2 is the oldest");
  put(draft, option, is_newest ? "\"1.3\"" : "\"1.2\"");
  return {};
}

std::string take_protocol(Draft& draft, const Line& line, const Option& option) {
  if (line.value != "mqtt" && line.value != "websockets") return "must be mqtt or websockets";
  put(draft, option, line.value == "mqtt" ? "\"mqtt\"" : "\"websocket\"");
  return {};
}

std::optional<std::int64_t> port_of(std::string_view text) {
  const auto port = number(text);
  return port && *port >= 0 && *port <= 65535 ? port : std::nullopt;
}

std::string take_listener(Draft& draft, const Line& line, const Option& /*option*/) {
  const std::size_t space = std::min(line.value.find(' '), line.value.size());
  const auto port = port_of(line.value.substr(0, space));
  std::string_view host = line.value.substr(space);
  host.remove_prefix(std::min(host.find_first_not_of(' '), host.size()));
  if (!port || (*port == 0 && host.empty())) return "must be a port from 1 to 65535, or 0 and a path";
  ListenerDraft listener;
  listener.where = line.where;
  listener.port = *port;
  (*port == 0 ? listener.socket_path : listener.host) = std::string(host);
  draft.listeners.push_back(std::move(listener));
  return {};
}

std::string take_port(Draft& draft, const Line& line, const Option& /*option*/) {
  const auto port = port_of(line.value);
  if (!port || *port == 0) return "must be a port from 1 to 65535";
  draft.unnamed.port = *port;
  draft.unnamed.where = line.where;
  return {};
}

std::string take_address(Draft& draft, const Line& line, const Option& /*option*/) {
  draft.unnamed.host = std::string(line.value);
  draft.unnamed.where = line.where;
  return {};
}

std::string take_domain(Draft& draft, const Line& line, const Option& /*option*/) {
  if (line.value != "ipv4" && line.value != "ipv6") return "must be ipv4 or ipv6";
  if (draft.listener().host.empty()) draft.listener().host = line.value == "ipv4" ? "0.0.0.0" : "::";
  return {};
}

/// What is bound to one network must not be open to all of them.
std::string take_interface(Draft& draft, const Line& line, const Option& /*option*/) {
  draft.listener().host = "127.0.0.1";
  draft.note(line.where,
             "bind_interface: write the interface's address into bind; until then only this "
             "machine can connect");
  return {};
}

std::string take_log_type(Draft& draft, const Line& line, const Option& /*option*/) {
  constexpr std::array levels = {"debug", "info", "warn", "error"};
  constexpr std::pair<std::string_view, std::size_t> types[] = {
      {"all", 0},    {"debug", 0},     {"internal", 0},    {"websockets", 0}, {"information", 1}, {"none", 3},
      {"notice", 1}, {"subscribe", 1}, {"unsubscribe", 1}, {"warning", 2},    {"error", 3}};
  for (const auto& [type, level] : types) {
    if (type != line.value) continue;
    const auto* const now = std::find(levels.begin(), levels.end(), draft.log_level);
    if (levels.begin() + level < now) draft.log_level = levels[level];
    return {};
  }
  return "is no type of mosquitto's log";
}

/// Several are possible there: what goes to a file goes there here, too.
std::string take_log_dest(Draft& draft, const Line& line, const Option& /*option*/) {
  constexpr std::string_view file = "file ";
  if (line.value.starts_with(file)) {
    draft.values["broker.log_file"] =
        toml_text(line.value.substr(line.value.find_first_not_of(' ', file.size())));
    return {};
  }
  draft.note(line.where,
             "log_dest: without a file the log goes to standard error; systemd's journal or the "
             "container keeps it");
  return {};
}

/// include_dir was put in place before; here it is known by name only.
std::string take_nothing(Draft& /*draft*/, const Line& /*line*/, const Option& /*option*/) { return {}; }

constexpr const char* version_5 = "belongs to MQTT 5; this broker speaks 3.1.1: nothing to do";
constexpr const char* plugins =
    "plugins of mosquitto do not run here; use auth.password_file and auth.acl_file";
constexpr const char* kept = "nothing to do: changes are written as they happen, see broker.durability";
constexpr const char* bridge = "";

constexpr Option rows[] = {
    {"acl_file", take_access_file, "auth.acl_file", ""},
    {"allow_anonymous", take_anonymous, "listener.*.allow_anonymous", ""},
    {"allow_duplicate_messages", nullptr, "", "mosquitto ignores it, too: nothing to do"},
    {"allow_zero_length_clientid", nullptr, "", "clients without an id always get one, for clean sessions"},
    {"auth_opt_*", nullptr, "", plugins},
    {"auth_plugin", nullptr, "", plugins},
    {"auth_plugin_deny_special_chars", nullptr, "", plugins},
    {"auto_id_prefix", nullptr, "", "ids that the broker gives have a prefix of its own"},
    {"autosave_interval", nullptr, "", kept},
    {"autosave_on_changes", nullptr, "", kept},
    {"check_retain_source", nullptr, "",
     "retained messages are delivered by the rules for reading alone; clear those of removed users"},
    {"clientid_prefixes", nullptr, "", "client ids cannot be restricted; give clients users and passwords"},
    {"connection_messages", nullptr, "", "connections are logged at level info: broker.log_level"},
    {"include_dir", take_nothing, "(the files are read)", ""},
    {"log_dest", take_log_dest, "broker.log_file", ""},
    {"log_facility", nullptr, "", "syslog is not written to; systemd's journal keeps standard error"},
    {"log_timestamp", nullptr, "", "each line has its time"},
    {"log_timestamp_format", nullptr, "",
     "each line has its time; broker.log_format = \"json\" for programs"},
    {"log_type", take_log_type, "broker.log_level", ""},
    {"max_inflight_bytes", nullptr, "", "only messages are counted: limits.inflight"},
    {"max_inflight_messages", take_number, "limits.inflight", ""},
    {"max_keepalive", nullptr, "", version_5},
    {"max_packet_size", take_number, "limits.packet_bytes", ""},
    {"max_queued_bytes", take_number, "limits.queued_bytes", ""},
    {"max_queued_messages", take_number, "limits.queued_messages", ""},
    {"memory_limit", nullptr, "", "set the single limits in [limits], or MemoryMax= of the systemd unit"},
    {"message_size_limit", nullptr, "", "set limits.packet_bytes: the payload, the topic and some bytes"},
    {"password_file", take_access_file, "auth.password_file", ""},
    {"per_listener_settings", take_flag<&Draft::is_per_listener>, "(heard for allow_anonymous)", ""},
    {"persistence", take_flag<&Draft::is_kept>, "broker.data_dir", ""},
    {"persistence_file", nullptr, "",
     "mosquitto's file is not read; sessions and retained messages begin anew"},
    {"persistence_location", nullptr, "",
     "mosquitto's folder is not used: set broker.data_dir to one that belongs to meshbroker"},
    {"persistent_client_expiration", take_expiry, "limits.session_expiry", ""},
    {"pid_file", nullptr, "", "systemd knows the process: nothing to do"},
    {"plugin", nullptr, "", plugins},
    {"plugin_opt_*", nullptr, "", plugins},
    {"psk_file", take_psk_file, "listener.*.tls.psk_file", ""},
    {"queue_qos0_messages", nullptr, "", "messages of QoS 0 are not kept for absent clients"},
    {"retain_available", nullptr, "", "retained messages cannot be refused; see limits.retained_messages"},
    {"set_tcp_nodelay", nullptr, "", "it is always set: nothing to do"},
    {"sys_interval", take_number, "broker.sys_interval", ""},
    {"upgrade_outgoing_qos", nullptr, "", "a message is delivered at the lower of both QoS, as MQTT says"},
    {"user", nullptr, "",
     "the broker changes no user: start it as one, such as by User= of the systemd unit"},

    {"bind_address", take_address, "listener.*.bind", ""},
    {"bind_interface", take_interface, "listener.*.bind", ""},
    {"http_dir", nullptr, "", "no files are served: leave that to a web server"},
    {"listener", take_listener, "listener.*.bind", ""},
    {"max_connections", take_number, "listener.*.max_connections", ""},
    {"max_qos", nullptr, "", version_5},
    {"max_topic_alias", nullptr, "", version_5},
    {"mount_point", nullptr, "", "topics get no prefix: keep clients apart by auth.acl_file, or by brokers"},
    {"port", take_port, "listener.*.bind", ""},
    {"protocol", take_protocol, "listener.*.protocol", ""},
    {"socket_domain", take_domain, "listener.*.bind", ""},
    {"use_username_as_clientid", nullptr, "", "ids stay as they are; a session belongs to its user anyway"},
    {"websockets_headers_size", nullptr, "", "the limit is fixed: nothing to do"},
    {"websockets_log_level", nullptr, "", "there is one level: broker.log_level"},

    {"cafile", take_authorities, "listener.*.tls.client_ca", ""},
    {"capath", nullptr, "", "join the folder's certificates in one file and name it in tls.client_ca"},
    {"certfile", take_path, "listener.*.tls.cert", ""},
    {"ciphers", take_text, "listener.*.tls.ciphers", ""},
    {"ciphers_tls1.3", nullptr, "", "OpenSSL's own choice holds for TLS 1.3"},
    {"crlfile", take_path, "listener.*.tls.crl", ""},
    {"dhparamfile", nullptr, "", "the parameters are chosen by OpenSSL: nothing to do"},
    {"keyfile", take_path, "listener.*.tls.key", ""},
    {"psk_hint", take_psk_hint, "listener.*.tls.psk_file", ""},
    {"require_certificate", take_requirement, "listener.*.tls.require_client_certificate", ""},
    {"tls_engine", nullptr, "", "engines are not used: put the key into a file"},
    {"tls_engine_kpass_sha1", nullptr, "", "engines are not used: put the key into a file"},
    {"tls_keyform", nullptr, "", "keys are PEM files"},
    {"tls_version", take_tls_version, "listener.*.tls.min_version", ""},
    {"use_identity_as_username", take_identity, "listener.*.tls.user", ""},
    {"use_subject_as_username", take_identity, "listener.*.tls.user", ""},

    {"connection", nullptr, "",
     "there are no bridges: keep this block in a mosquitto that has no listener but this machine's, and let "
     "a "
     "second connection of it lead to meshbroker"},
    {"address", nullptr, "", bridge},
    {"addresses", nullptr, "", bridge},
    {"bridge_alpn", nullptr, "", bridge},
    {"bridge_attempt_unsubscribe", nullptr, "", bridge},
    {"bridge_bind_address", nullptr, "", bridge},
    {"bridge_cafile", nullptr, "", bridge},
    {"bridge_capath", nullptr, "", bridge},
    {"bridge_certfile", nullptr, "", bridge},
    {"bridge_identity", nullptr, "", bridge},
    {"bridge_insecure", nullptr, "", bridge},
    {"bridge_keyfile", nullptr, "", bridge},
    {"bridge_max_packet_size", nullptr, "", bridge},
    {"bridge_outgoing_retain", nullptr, "", bridge},
    {"bridge_protocol_version", nullptr, "", bridge},
    {"bridge_psk", nullptr, "", bridge},
    {"bridge_require_ocsp", nullptr, "", bridge},
    {"bridge_tls_version", nullptr, "", bridge},
    {"cleansession", nullptr, "", bridge},
    {"clientid", nullptr, "", bridge},
    {"idle_timeout", nullptr, "", bridge},
    {"keepalive_interval", nullptr, "", bridge},
    {"local_cleansession", nullptr, "", bridge},
    {"local_clientid", nullptr, "", bridge},
    {"local_password", nullptr, "", bridge},
    {"local_username", nullptr, "", bridge},
    {"notification_topic", nullptr, "", bridge},
    {"notifications", nullptr, "", bridge},
    {"notifications_local_only", nullptr, "", bridge},
    {"password", nullptr, "", bridge},
    {"remote_clientid", nullptr, "", bridge},
    {"remote_password", nullptr, "", bridge},
    {"remote_username", nullptr, "", bridge},
    {"restart_timeout", nullptr, "", bridge},
    {"round_robin", nullptr, "", bridge},
    {"start_type", nullptr, "", bridge},
    {"threshold", nullptr, "", bridge},
    {"topic", nullptr, "", bridge},
    {"try_private", nullptr, "", bridge},
    {"username", nullptr, "", bridge},
};

bool is_named(const Option& option, std::string_view name) {
  if (!option.name.ends_with('*')) return option.name == name;
  return name.starts_with(option.name.substr(0, option.name.size() - 1));
}

}  // namespace

std::span<const Option> options() { return rows; }

const Option* find_option(std::string_view name) {
  const auto* const found = std::find_if(std::begin(rows), std::end(rows),
                                         [name](const Option& option) { return is_named(option, name); });
  return found == std::end(rows) ? nullptr : found;
}

}  // namespace app::mosquitto
