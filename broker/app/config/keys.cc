// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/keys.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "broker/app/config/kinds.h"

namespace app {
namespace {

template <class>
inline constexpr bool is_list_of_tables = false;
template <>
inline constexpr bool is_list_of_tables<std::vector<Listener>> = true;
template <>
inline constexpr bool is_list_of_tables<std::vector<Channel>> = true;
template <>
inline constexpr bool is_list_of_tables<std::vector<MeshNode>> = true;

/// Follows the member pointers from `owner`; `index` picks the element where the way leads through a list.
template <auto First, auto... Rest, class Owner>
auto& member(Owner& owner, std::size_t index) {
  auto& found = owner.*First;
  if constexpr (sizeof...(Rest) == 0) {
    return found;
  } else if constexpr (is_list_of_tables<std::remove_cvref_t<decltype(found)>>) {
    return member<Rest...>(found[index], index);
  } else {
    return member<Rest...>(found, index);
  }
}

template <class Kind, auto... Way>
Complaint store(Config& config, std::size_t index, const Value& value, std::string_view range) {
  return Kind::read(value, range, member<Way...>(config, index));
}

template <auto... Way>
bool is_changed(const Config& config, std::size_t index) {
  Config defaults;
  defaults.mesh.channels.emplace_back();
  return member<Way...>(config, index) != member<Way...>(std::as_const(defaults), 0);
}

template <auto... Way>
bool differs(const Config& before, const Config& after, std::size_t index) {
  return member<Way...>(before, index) != member<Way...>(after, index);
}

/// A setting whose feature is there.
template <class Kind, auto... Way>
constexpr ConfigKey key(std::string_view name, std::string_view range, std::string_view help) {
  return {name, range, help, store<Kind, Way...>, nullptr, differs<Way...>, false};
}

/// One that a reload changes, see take_reloaded in changes.h.
template <class Kind, auto... Way>
constexpr ConfigKey live(std::string_view name, std::string_view range, std::string_view help) {
  return {name, range, help, store<Kind, Way...>, nullptr, differs<Way...>, true};
}

/// A setting whose feature has not landed: any other value than the default is without effect.
template <class Kind, auto... Way>
constexpr ConfigKey later(std::string_view name, std::string_view range, std::string_view help) {
  return {name, range, help, store<Kind, Way...>, is_changed<Way...>, differs<Way...>, false};
}

constexpr auto broker = &Config::broker;
constexpr auto listeners = &Config::listeners;
constexpr auto auth = &Config::auth;
constexpr auto http = &Config::http;
constexpr auto limits = &Config::limits;
constexpr auto mesh = &Config::mesh;

constexpr ConfigKey rows[] = {
    key<Path, broker, &BrokerSettings::data_dir>("broker.data_dir", "path",
                                                 "sessions, retained messages, node table, the broker's "
                                                 "own key; relative to this file; \"\" keeps nothing"),
    key<Choice, broker, &BrokerSettings::durability>(
        "broker.durability", "process|power|off",
        "what an acknowledgement means: \"process\" (survives kill -9), \"power\" (synced), \"off\""),
    key<Count, broker, &BrokerSettings::workers>("broker.workers", "0..256", "event loops; 0 = one per core"),
    live<Choice, broker, &BrokerSettings::log_level>("broker.log_level", "trace|debug|info|warn|error",
                                                     "what is logged at least"),
    key<Choice, broker, &BrokerSettings::log_format>("broker.log_format", "text|json", "one event per line"),
    key<Path, broker, &BrokerSettings::log_file>("broker.log_file", "path",
                                                 "where the log goes, opened anew at SIGHUP; relative to "
                                                 "this file; \"\" = standard error"),
    key<Period, broker, &BrokerSettings::sys_interval>("broker.sys_interval", "0s..1h",
                                                       "how often $SYS/broker/... is brought up to date"),

    key<Address, listeners, &Listener::bind>("listener.*.bind", "address:port",
                                             "where to listen; port 0 = any free port, printed at start"),
    key<Choice, listeners, &Listener::protocol>("listener.*.protocol", "mqtt|websocket|http",
                                                "\"websocket\" is served at /mqtt"),
    live<Choice, listeners, &Listener::allow_anonymous>(
        "listener.*.allow_anonymous", "false|true|private",
        "clients without a user; \"private\": from private networks"),
    key<Mode, listeners, &Listener::unix_mode>("listener.*.unix_mode", "permissions",
                                               "who may connect to a unix socket"),
    key<Owner, listeners, &Listener::unix_owner>("listener.*.unix_owner", "user:group",
                                                 "whose a unix socket is; \"\" = who starts the broker"),
    live<NetworkList, listeners, &Listener::allow_from>("listener.*.allow_from", "list of networks",
                                                        "who may connect; [] = everybody"),
    live<NetworkList, listeners, &Listener::deny_from>("listener.*.deny_from", "list of networks",
                                                       "who may not, even if allow_from says so"),
    live<Path, listeners, &Listener::tls, &TlsSettings::cert>(
        "listener.*.tls.cert", "path", "certificate chain; with it the listener is TLS"),
    live<Path, listeners, &Listener::tls, &TlsSettings::key>("listener.*.tls.key", "path", "its private key"),
    live<Paths, listeners, &Listener::tls, &TlsSettings::further_certs>(
        "listener.*.tls.further_certs", "list of paths",
        "chain and key in one file each, for clients that ask for their names (SNI)"),
    live<Path, listeners, &Listener::tls, &TlsSettings::client_ca>("listener.*.tls.client_ca", "path",
                                                                   "who signs the certificates of clients"),
    live<Truth, listeners, &Listener::tls, &TlsSettings::require_client_certificate>(
        "listener.*.tls.require_client_certificate", "false|true", "refuse clients without one"),
    live<Path, listeners, &Listener::tls, &TlsSettings::crl>("listener.*.tls.crl", "path",
                                                             "which of these certificates are revoked"),
    live<Path, listeners, &Listener::tls, &TlsSettings::psk_file>(
        "listener.*.tls.psk_file", "path", "identity:hex lines; clients with a key instead of certificates"),
    live<Choice, listeners, &Listener::tls, &TlsSettings::user>(
        "listener.*.tls.user", "none|cn|subject|psk", "what of a certificate or key is the user's name"),
    live<Choice, listeners, &Listener::tls, &TlsSettings::min_version>(
        "listener.*.tls.min_version", "1.2|1.3", "the oldest TLS that is spoken"),
    live<Line, listeners, &Listener::tls, &TlsSettings::ciphers>("listener.*.tls.ciphers", "OpenSSL's list",
                                                                 "which ciphers; \"\" = OpenSSL's choice"),
    key<Truth, listeners, &Listener::proxy_protocol>("listener.*.proxy_protocol", "false|true",
                                                     "connections come through a proxy that says for whom"),
    live<NetworkList, listeners, &Listener::trusted_proxies>(
        "listener.*.trusted_proxies", "list of networks",
        "whose PROXY headers and X-Forwarded-For are believed"),
    key<Origins, listeners, &Listener::origins>(
        "listener.*.origins", "list of origins",
        "whose web pages may connect; [] = those of the host itself, [\"*\"] = all"),
    key<Count, listeners, &Listener::max_connections>("listener.*.max_connections", "0..10000000",
                                                      "at the same time; 0 = no limit"),

    live<Path, auth, &AuthSettings::password_file>("auth.password_file", "path", "user:hash lines"),
    live<Path, auth, &AuthSettings::acl_file>("auth.acl_file", "path", "who may read and write what"),
    key<PlainNetworks, auth, &AuthSettings::never_banned>("auth.never_banned", "list of networks",
                                                          "from where failed logins shut no door"),

    key<Users, http, &HttpSettings::admins>("http.admins", "list of users", "who may log in to the API"),
    key<Token, http, &HttpSettings::token>("http.token", "secret",
                                           "with it a program may do what admins may; \"\" = none"),

    key<Size, limits, &Limits::packet_bytes>("limits.packet_bytes", "64..256MiB",
                                             "larger packets close the connection"),
    key<Count, limits, &Limits::inflight>("limits.inflight", "1..65535",
                                          "unacknowledged QoS 1/2 messages per client"),
    key<Count, limits, &Limits::pending_qos2>(
        "limits.pending_qos2", "1..65535",
        "QoS 2 messages of a client that wait for its PUBREL; one more closes"),
    key<Count, limits, &Limits::queued_messages>("limits.queued_messages", "1..100000000",
                                                 "waiting per client, at most"),
    key<Size, limits, &Limits::queued_bytes>("limits.queued_bytes", "64..1TiB", "and their bytes"),
    key<Count, limits, &Limits::sessions>("limits.sessions", "1..100000000",
                                          "in the whole broker, connected or kept; a new client is refused"),
    key<Period, limits, &Limits::session_expiry>("limits.session_expiry", "0s..36500d",
                                                 "how long the session of an absent client is kept"),
    key<Period, limits, &Limits::connect_timeout>("limits.connect_timeout", "10ms..1h",
                                                  "from connecting to CONNECT"),
    key<Size, limits, &Limits::connect_bytes>(
        "limits.connect_bytes", "512KiB..1TiB",
        "unfinished CONNECT packets of one event loop together; past it the largest goes"),
    key<Period, limits, &Limits::stall_timeout>(
        "limits.stall_timeout", "10ms..24h",
        "a client that takes nothing of what it is owed for so long goes"),
    key<Size, limits, &Limits::backlog_bytes>(
        "limits.backlog_bytes", "64KiB..1TiB",
        "what slow clients of one event loop are owed together; who needs more goes"),
    key<Count, limits, &Limits::subscriptions>("limits.subscriptions", "1..100000000", "per client"),
    key<Size, limits, &Limits::subscription_bytes>(
        "limits.subscription_bytes", "1KiB..1TiB",
        "of one client's filters: their text twice, and 256 bytes for each level"),
    key<Count, limits, &Limits::topic_levels>("limits.topic_levels", "8..65535",
                                              "of a topic or filter; a deeper topic closes"),
    key<Count, limits, &Limits::retained_messages>("limits.retained_messages", "0..100000000",
                                                   "in the whole broker"),
    key<Size, limits, &Limits::retained_bytes>("limits.retained_bytes", "0..1TiB",
                                               "their topics and payloads together"),
    key<Count, limits, &Limits::connections>("limits.connections", "0..10000000",
                                             "in the whole broker; 0 = what the descriptor limit allows"),
    key<Count, limits, &Limits::connections_per_address>("limits.connections_per_address", "0..10000000",
                                                         "0 = no limit; private networks are never limited"),

    key<Topics, mesh, &MeshSettings::roots>("mesh.roots", "list of topics", "where gateways publish"),
    key<NodeId, mesh, &MeshSettings::node_id>("mesh.node_id", "!00000004..!fffffffe",
                                              "the broker's own node; \"\" = from its own key"),
    key<Name, mesh, &MeshSettings::node_name>("mesh.node_name", "1..39 bytes", "its long name"),
    key<Name, mesh, &MeshSettings::node_short_name>("mesh.node_short_name", "1..4 bytes", "its short name"),
    key<Count, mesh, &MeshSettings::nodes>("mesh.nodes", "1..10000000",
                                           "remembered at most; the longest silent go first"),
    key<Period, mesh, &MeshSettings::node_expiry>("mesh.node_expiry", "1m..3650d",
                                                  "a node silent for so long is forgotten"),
    key<Truth, mesh, &MeshSettings::node_topics>("mesh.node_topics", "false|true",
                                                 "publish what is known of each node, retained"),
    live<Truth, mesh, &MeshSettings::default_key>(
        "mesh.default_key", "false|true", "try the well-known default key on the preset channel names"),
    key<Truth, mesh, &MeshSettings::gateway_identity>(
        "mesh.gateway_identity", "false|true", "a gateway may publish as itself only, by its client id"),
    key<GatewayUsers, mesh, &MeshSettings::gateway_users>("mesh.gateway_users", "list of USER=!hhhhhhhh",
                                                          "with that: gateways that only this user may be"),
    key<Topic, mesh, &MeshSettings::topic>("mesh.topic", "topic", "where the broker itself publishes"),

    live<ShareUrls, mesh, &MeshSettings::share_urls>("mesh.share_urls", "list of URLs",
                                                     "channels as the apps share them"),

    live<Name, mesh, &MeshSettings::channels, &Channel::name>("mesh.channel.*.name", "1..11 bytes",
                                                              "as on the devices, to the letter"),
    live<Psk, mesh, &MeshSettings::channels, &Channel::psk>(
        "mesh.channel.*.psk", "0..32 bytes",
        "base64, 0x hex, \"none\", \"default\" or \"simple0\" to \"simple254\""),
    live<Count, mesh, &MeshSettings::channels, &Channel::index>(
        "mesh.channel.*.index", "0..7", "the channel index JSON consumers see; may be shared"),
    live<Truth, mesh, &MeshSettings::channels, &Channel::json>("mesh.channel.*.json", "false|true",
                                                               "false: no JSON of this channel"),
    live<AnyTopic, mesh, &MeshSettings::channels, &Channel::root>(
        "mesh.channel.*.root", "topic", "the key is tried below this root only; \"\" = everywhere"),

    live<NodeId, mesh, &MeshSettings::own_nodes, &MeshNode::id>(
        "mesh.node.*.id", "!00000004..!fffffffe", "a node of yours whose direct messages are to be read"),
    live<PrivateKey, mesh, &MeshSettings::own_nodes, &MeshNode::private_key>(
        "mesh.node.*.private_key", "32 bytes", "its private key in base64"),
    live<Path, mesh, &MeshSettings::own_nodes, &MeshNode::private_key_file>(
        "mesh.node.*.private_key_file", "path", "or the file it stands in, readable by the broker only"),

    key<Choice, mesh, &MeshSettings::json, &JsonSettings::mirror>(
        "mesh.json.mirror", "packet|gateway|off", "one JSON per packet or per gateway's copy"),
    key<Truth, mesh, &MeshSettings::json, &JsonSettings::unsupported>(
        "mesh.json.unsupported", "false|true", "also publish what firmware published with an empty type"),
    key<Truth, mesh, &MeshSettings::json, &JsonSettings::respect_gateways>(
        "mesh.json.respect_gateways", "false|true", "stand down for a gateway that publishes JSON itself"),

    key<Period, mesh, &MeshSettings::dedup, &DedupSettings::window>("mesh.dedup.window", "1s..7d",
                                                                    "how long a packet is remembered"),
    key<Count, mesh, &MeshSettings::dedup, &DedupSettings::capacity>("mesh.dedup.capacity", "1..100000000",
                                                                     "packets remembered at most"),
    key<Choice, mesh, &MeshSettings::dedup, &DedupSettings::deliver>(
        "mesh.dedup.deliver", "gateways|everyone|off", "who gets one copy per packet"),

    key<Period, mesh, &MeshSettings::packet, &PacketSettings::window>(
        "mesh.packet.window", "1s..1m", "how long the copies of a packet are collected for mesh/packet/..."),

    key<Count, mesh, &MeshSettings::down, &DownSettings::hop_limit>("mesh.down.hop_limit", "0..7",
                                                                    "of packets the broker itself sends"),
    key<Choice, mesh, &MeshSettings::down, &DownSettings::long_text>("mesh.down.long_text", "refuse|split",
                                                                     "what happens to text that is too long"),
    key<Frequency, mesh, &MeshSettings::down, &DownSettings::per_gateway>(
        "mesh.down.per_gateway", "1/h..1000/s", "packets to one gateway"),
};

constexpr ConfigList lists[] = {
    {"listener", [](const Config& config) { return config.listeners.size(); },
     [](Config& config, std::size_t size) { config.listeners.resize(size); }, false},
    {"mesh.channel", [](const Config& config) { return config.mesh.channels.size(); },
     [](Config& config, std::size_t size) { config.mesh.channels.resize(size); }, true},
    {"mesh.node", [](const Config& config) { return config.mesh.own_nodes.size(); },
     [](Config& config, std::size_t size) { config.mesh.own_nodes.resize(size); }, true},
};

/// How many values a row has in this Config: one, or one for each element of its list.
std::size_t count_of(const ConfigKey& row, const Config& config) {
  const std::size_t star = row.name.find(".*.");
  if (star == std::string_view::npos) return 1;
  const auto* const list =
      std::find_if(std::begin(lists), std::end(lists),
                   [&row, star](const ConfigList& each) { return each.name == row.name.substr(0, star); });
  return list->size(config);
}

}  // namespace

std::span<const ConfigKey> config_keys() { return rows; }

std::span<const ConfigList> config_lists() { return lists; }

std::string numbered_key(std::string_view name, std::size_t index) {
  const std::size_t star = name.find('*');
  if (star == std::string_view::npos) return std::string(name);
  return fmt::format("{}{}{}", name.substr(0, star), index, name.substr(star + 1));
}

std::vector<std::string> keys_without_effect(const Config& config) {
  std::vector<std::string> names;
  for (const ConfigKey& row : rows) {
    if (row.has_effect()) continue;
    for (std::size_t index = 0; index < count_of(row, config); ++index) {
      if (row.is_ignored(config, index)) names.push_back(numbered_key(row.name, index));
    }
  }
  return names;
}

}  // namespace app
