// SPDX-License-Identifier: Apache-2.0
// Every setting with its default: the reference. keys.cc says how each is written and checked,
// conf/meshbroker.toml says it to users; a test holds the three together.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/auth/ip.h"
#include "broker/base/log.h"
#include "broker/base/time.h"

namespace app {

/// What an acknowledgement means: the message survives the process, a power cut, or nothing.
enum class Durability : std::uint8_t { process, power, off };
enum class Protocol : std::uint8_t { mqtt, websocket, http };
enum class AllowAnonymous : std::uint8_t { no, yes, private_only };
/// One JSON per packet, one per gateway's copy, or none.
enum class JsonMirror : std::uint8_t { packet, gateway, off };
/// Who gets one copy per packet.
enum class DedupDelivery : std::uint8_t { gateways, everyone, off };
enum class LongText : std::uint8_t { refuse, split };

/// `host` is an IP address in its shortest form, with a zone where one was given; empty: every address, IPv4
/// and IPv6. Port 0: any free one.
struct TcpBind {
  std::string host;
  std::uint16_t port = 1883;
  friend bool operator==(const TcpBind&, const TcpBind&) = default;
};

/// An absolute path that fits into sun_path.
struct UnixBind {
  std::string path;
  friend bool operator==(const UnixBind&, const UnixBind&) = default;
};

using Bind = std::variant<TcpBind, UnixBind>;

/// At most `count` in every `per`.
struct Rate {
  std::uint32_t count = 1;
  base::Duration per = std::chrono::seconds(1);
  friend bool operator==(const Rate&, const Rate&) = default;
};

struct BrokerSettings {
  std::string data_dir = "data";  // relative: see path_beside; empty: nothing is kept
  Durability durability = Durability::process;
  std::uint32_t workers = 0;  // event loops; 0: one per core
  base::Level log_level = base::Level::info;
  base::LogFormat log_format = base::LogFormat::text;
  std::string log_file = {};                               // relative: see path_beside; empty: standard error
  base::Duration sys_interval = std::chrono::seconds(10);  // 0: $SYS is not published
  friend bool operator==(const BrokerSettings&, const BrokerSettings&) = default;
};

/// The first `bits` bits of `ip`; IPv4 networks stand in their IPv6-mapped form. Or the private networks,
/// less the default gateway: Admission::is_near.
struct Network {
  std::array<std::uint8_t, 16> ip{};
  unsigned bits = 0;
  bool is_private = false;
  friend bool operator==(const Network&, const Network&) = default;
};

using Networks = std::vector<Network>;

/// 127/8 and ::1.
inline constexpr std::array<Network, 2> this_machine = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127}, 96 + 8},
     {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128}}};

enum class TlsVersion : std::uint8_t { v1_2, v1_3 };
/// What a client has proved that makes it a user, without a password.
enum class TlsUser : std::uint8_t { none, cn, subject, psk };

/// Paths are relative: see path_beside.
struct TlsSettings {
  std::string cert;
  std::string key;
  std::vector<std::string> further_certs;  // chain and key in one file each
  std::string client_ca;
  bool require_client_certificate = false;
  std::string crl;
  std::string psk_file;
  TlsUser user = TlsUser::none;
  TlsVersion min_version = TlsVersion::v1_2;
  std::string ciphers;  // OpenSSL's names; empty: its defaults

  bool is_on() const { return !cert.empty() || !psk_file.empty(); }
  friend bool operator==(const TlsSettings&, const TlsSettings&) = default;
};

struct Listener {
  Bind bind = TcpBind{"0.0.0.0", 1883};
  Protocol protocol = Protocol::mqtt;
  AllowAnonymous allow_anonymous = AllowAnonymous::private_only;
  std::uint16_t unix_mode = 0660;
  std::string unix_owner;  // "user", "user:group" or ":group"; empty: who started the broker
  Networks allow_from;     // empty: everywhere
  Networks deny_from;
  TlsSettings tls;
  bool proxy_protocol = false;
  Networks trusted_proxies{this_machine.begin(), this_machine.end()};
  std::vector<std::string> origins;   // whose pages may connect; empty: the host's own; "*": all
  std::uint32_t max_connections = 0;  // 0: no limit
  friend bool operator==(const Listener&, const Listener&) = default;
};

struct AuthSettings {
  std::string password_file;
  std::string acl_file;
  /// By default this machine: behind a proxy of its own everybody would be banned for one.
  std::vector<auth::Network> never_banned = {{this_machine[0].ip, this_machine[0].bits},
                                             {this_machine[1].ip, this_machine[1].bits}};
  friend bool operator==(const AuthSettings&, const AuthSettings&) = default;
};

struct HttpSettings {
  std::vector<std::string> admins;  // users
  std::string token;                // empty: no program may change anything
  friend bool operator==(const HttpSettings&, const HttpSettings&) = default;
};

/// Sizes are bytes. What happens at each: docs/limits.md.
struct Limits {
  std::uint64_t packet_bytes = 2ULL << 20;
  std::uint16_t inflight = 20;
  std::uint16_t pending_qos2 = 65535;
  std::uint32_t queued_messages = 1000;
  std::uint64_t queued_bytes = 8ULL << 20;
  std::uint32_t sessions = 100'000;
  base::Duration session_expiry = std::chrono::hours(7 * 24);
  base::Duration connect_timeout = std::chrono::seconds(10);
  std::uint64_t connect_bytes = 16ULL << 20;
  base::Duration stall_timeout = std::chrono::seconds(60);
  std::uint64_t backlog_bytes = 256ULL << 20;
  std::uint32_t subscriptions = 20'000;
  std::uint64_t subscription_bytes = 64ULL << 20;
  std::uint16_t topic_levels = 200;
  std::uint32_t retained_messages = 1'000'000;
  std::uint64_t retained_bytes = 512ULL << 20;
  std::uint32_t connections = 0;              // 0: what the descriptor limit allows
  std::uint32_t connections_per_address = 0;  // 0: no limit
  friend bool operator==(const Limits&, const Limits&) = default;
};

struct Channel {
  std::string name;
  std::string psk = "AQ==";  // as written; its form is checked, psk_bytes gives the bytes
  std::uint8_t index = 0;
  bool json = true;
  std::string root{};  // empty: of every root
  friend bool operator==(const Channel&, const Channel&) = default;
};

/// A node of the operator's own. Without an id it is none: an example in the file.
struct MeshNode {
  std::optional<std::uint32_t> id;
  std::string private_key;       // as written; its form is checked
  std::string private_key_file;  // relative: see path_beside
  friend bool operator==(const MeshNode&, const MeshNode&) = default;
};

struct JsonSettings {
  JsonMirror mirror = JsonMirror::packet;
  bool unsupported = false;
  bool respect_gateways = true;
  friend bool operator==(const JsonSettings&, const JsonSettings&) = default;
};

struct DedupSettings {
  base::Duration window = std::chrono::minutes(15);
  std::uint32_t capacity = 200'000;
  DedupDelivery deliver = DedupDelivery::gateways;
  friend bool operator==(const DedupSettings&, const DedupSettings&) = default;
};

struct PacketSettings {
  base::Duration window = std::chrono::seconds(3);
  friend bool operator==(const PacketSettings&, const PacketSettings&) = default;
};

struct DownSettings {
  std::uint8_t hop_limit = 3;
  LongText long_text = LongText::refuse;
  Rate per_gateway;
  friend bool operator==(const DownSettings&, const DownSettings&) = default;
};

struct MeshSettings {
  std::vector<std::string> roots = {"msh"};
  std::optional<std::uint32_t> node_id;  // none: made from the broker's own key
  std::string node_name = "meshbroker";
  std::string node_short_name = "MB";
  std::uint32_t nodes = 10'000;
  base::Duration node_expiry = std::chrono::hours(7 * 24);
  bool node_topics = true;
  bool default_key = true;
  std::string topic = "mesh";
  bool gateway_identity = false;
  std::vector<std::string> gateway_users;  // "USER=!hhhhhhhh"
  std::vector<std::string> share_urls;
  std::vector<Channel> channels;
  std::vector<MeshNode> own_nodes;
  JsonSettings json;
  DedupSettings dedup;
  PacketSettings packet;
  DownSettings down;
  friend bool operator==(const MeshSettings&, const MeshSettings&) = default;
};

/// A value. Made and checked as a whole before anything starts; const from then on, so any thread may read
/// it.
struct Config {
  BrokerSettings broker;
  std::vector<Listener> listeners = {Listener{}};  // never empty
  AuthSettings auth;
  HttpSettings http;
  Limits limits;
  MeshSettings mesh;
  friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace app
