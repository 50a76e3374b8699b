// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/keys.h"

#include <algorithm>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "broker/app/config/text.h"

namespace {

using Names = std::vector<std::string>;

/// A document that gives one setting; channels get the name they need.
std::string document(std::string_view key, const std::string& value) {
  const std::size_t star = key.find(".*.");
  const std::string users = key == "http.admins" ? "auth.password_file = \"u\"\n" : "";
  if (star == std::string_view::npos) return users + std::string(key) + " = " + value + "\n";
  const std::string name =
      key == "mesh.channel.*.name" || !key.starts_with("mesh.channel") ? "" : "name = \"a\"\n";
  const std::string node = key == "mesh.node.*.id"         ? "private_key_file = \"k\"\n"
                           : key.starts_with("mesh.node.") ? "id = \"!00000004\"\n"
                                                           : "";
  return "[[" + std::string(key.substr(0, star)) + "]]\n" + name + node + std::string(key.substr(star + 3)) +
         " = " + value + "\n";
}

struct Range {
  const char* key;
  const char* least;
  const char* most;
  const char* below;
  const char* above;
};

constexpr Range ranges[] = {
    {"broker.workers", "0", "256", "-1", "257"},
    {"broker.sys_interval", "\"0s\"", "\"1h\"", "\"-1s\"", "\"1h1ms\""},
    {"listener.*.max_connections", "0", "10000000", "-1", "10000001"},
    {"limits.packet_bytes", "64", "\"256MiB\"", "63", "268435457"},
    {"limits.inflight", "1", "65535", "0", "65536"},
    {"limits.queued_messages", "1", "100000000", "0", "100000001"},
    {"limits.queued_bytes", "\"64B\"", "\"1TiB\"", "\"63\"", "\"1025GiB\""},
    {"limits.session_expiry", "\"0s\"", "\"36500d\"", "\"-1s\"", "\"36500d1ms\""},
    {"limits.connect_timeout", "\"10ms\"", "\"1h\"", "\"9ms\"", "\"1h1ms\""},
    {"limits.subscriptions", "1", "100000000", "0", "100000001"},
    {"limits.retained_messages", "0", "100000000", "-1", "100000001"},
    {"limits.retained_bytes", "0", "\"1TiB\"", "-1", "\"1025GiB\""},
    {"limits.pending_qos2", "1", "65535", "0", "65536"},
    {"limits.sessions", "1", "100000000", "0", "100000001"},
    {"limits.connect_bytes", "\"512KiB\"", "\"1TiB\"", "\"511KiB\"", "\"1025GiB\""},
    {"limits.stall_timeout", "\"10ms\"", "\"24h\"", "\"9ms\"", "\"24h1ms\""},
    {"limits.backlog_bytes", "\"64KiB\"", "\"1TiB\"", "\"63KiB\"", "\"1025GiB\""},
    {"limits.subscription_bytes", "\"1KiB\"", "\"1TiB\"", "\"1023B\"", "\"1025GiB\""},
    {"limits.topic_levels", "8", "65535", "7", "65536"},
    {"limits.connections", "0", "10000000", "-1", "10000001"},
    {"limits.connections_per_address", "0", "10000000", "-1", "10000001"},
    {"mesh.node_id", "\"!00000004\"", "\"!fffffffe\"", "\"!00000003\"", "\"!ffffffff\""},
    {"mesh.node_name", "\"a\"", "\"123456789012345678901234567890123456789\"", "\"\"",
     "\"1234567890123456789012345678901234567890\""},
    {"mesh.node_short_name", "\"a\"", "\"abcd\"", "\"\"", "\"abcde\""},
    {"mesh.nodes", "1", "10000000", "0", "10000001"},
    {"mesh.node_expiry", "\"1m\"", "\"3650d\"", "\"59999ms\"", "\"3650d1ms\""},
    {"mesh.channel.*.name", "\"a\"", "\"12345678901\"", "\"\"", "\"123456789012\""},
    {"mesh.channel.*.psk", "\"0x01\"", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"", "\"0x\"",
     "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""},
    {"mesh.channel.*.index", "0", "7", "-1", "8"},
    {"mesh.node.*.id", "\"!00000004\"", "\"!fffffffe\"", "\"!00000003\"", "\"!ffffffff\""},
    {"mesh.dedup.window", "\"1s\"", "\"7d\"", "\"999ms\"", "\"7d1ms\""},
    {"mesh.dedup.capacity", "1", "100000000", "0", "100000001"},
    {"mesh.packet.window", "\"1s\"", "\"1m\"", "\"999ms\"", "\"1m1ms\""},
    {"mesh.down.hop_limit", "0", "7", "-1", "8"},
    {"mesh.down.per_gateway", "\"1/h\"", "\"1000/s\"", "\"0/h\"", "\"1001/s\""},
};

TEST_CASE("F22: a range includes both its ends and nothing beyond") {
  for (const auto& [key, least, most, below, above] : ranges) {
    INFO(key);
    CHECK(app::parse_config(document(key, least), "f"));
    CHECK(app::parse_config(document(key, most), "f"));
    CHECK_FALSE(app::parse_config(document(key, below), "f"));
    CHECK_FALSE(app::parse_config(document(key, above), "f"));
  }
}

TEST_CASE("every key with a range is in the table of ranges") {
  for (const app::ConfigKey& key : app::config_keys()) {
    if (key.range.find("..") == std::string_view::npos) continue;
    INFO(key.name);
    CHECK(std::any_of(std::begin(ranges), std::end(ranges),
                      [&](const Range& range) { return range.key == key.name; }));
  }
}

struct Stored {
  const char* key;
  const char* value;
  bool (*is_stored)(const app::Config& config);
};

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

constexpr Stored stored[] = {
    {"broker.data_dir", "\"/srv\"", [](const app::Config& c) { return c.broker.data_dir == "/srv"; }},
    {"broker.durability", "\"power\"",
     [](const app::Config& c) { return c.broker.durability == app::Durability::power; }},
    {"broker.durability", "\"off\"",
     [](const app::Config& c) { return c.broker.durability == app::Durability::off; }},
    {"broker.workers", "2", [](const app::Config& c) { return c.broker.workers == 2; }},
    {"broker.log_level", "\"trace\"",
     [](const app::Config& c) { return c.broker.log_level == base::Level::trace; }},
    {"broker.log_level", "\"debug\"",
     [](const app::Config& c) { return c.broker.log_level == base::Level::debug; }},
    {"broker.log_level", "\"warn\"",
     [](const app::Config& c) { return c.broker.log_level == base::Level::warn; }},
    {"broker.log_level", "\"error\"",
     [](const app::Config& c) { return c.broker.log_level == base::Level::error; }},
    {"broker.log_format", "\"json\"",
     [](const app::Config& c) { return c.broker.log_format == base::LogFormat::json; }},
    {"broker.sys_interval", "\"1m\"", [](const app::Config& c) { return c.broker.sys_interval == 1min; }},
    {"http.admins", "[\"alice\"]",
     [](const app::Config& c) { return c.http.admins == std::vector<std::string>{"alice"}; }},
    {"http.token", "\"0123456789abcdef\"",
     [](const app::Config& c) { return c.http.token == "0123456789abcdef"; }},
    {"listener.*.bind", "\"[::1]:1\"",
     [](const app::Config& c) {
       return c.listeners[0].bind == app::Bind(app::TcpBind{"::1", 1});
     }},
    {"listener.*.protocol", "\"websocket\"",
     [](const app::Config& c) { return c.listeners[0].protocol == app::Protocol::websocket; }},
    {"listener.*.protocol", "\"http\"",
     [](const app::Config& c) { return c.listeners[0].protocol == app::Protocol::http; }},
    {"listener.*.allow_anonymous", "true",
     [](const app::Config& c) { return c.listeners[0].allow_anonymous == app::AllowAnonymous::yes; }},
    {"listener.*.allow_anonymous", "false",
     [](const app::Config& c) { return c.listeners[0].allow_anonymous == app::AllowAnonymous::no; }},
    {"listener.*.proxy_protocol", "true", [](const app::Config& c) { return c.listeners[0].proxy_protocol; }},
    {"listener.*.unix_mode", "\"0600\"",
     [](const app::Config& c) { return c.listeners[0].unix_mode == 0600; }},
    {"listener.*.unix_owner", "\"mqtt:mesh\"",
     [](const app::Config& c) { return c.listeners[0].unix_owner == "mqtt:mesh"; }},
    {"listener.*.allow_from", "[\"private\"]",
     [](const app::Config& c) { return c.listeners[0].allow_from.front().is_private; }},
    {"listener.*.deny_from", "[\"10.0.0.0/8\"]",
     [](const app::Config& c) { return c.listeners[0].deny_from.front().bits == 104; }},
    {"listener.*.trusted_proxies", "[\"::1\"]",
     [](const app::Config& c) { return c.listeners[0].trusted_proxies.front().bits == 128; }},
    {"listener.*.origins", "[\"https://a.org\"]",
     [](const app::Config& c) { return c.listeners[0].origins.front() == "https://a.org"; }},
    {"listener.*.max_connections", "9",
     [](const app::Config& c) { return c.listeners[0].max_connections == 9; }},
    {"auth.password_file", "\"p\"", [](const app::Config& c) { return c.auth.password_file == "p"; }},
    {"auth.acl_file", "\"a\"", [](const app::Config& c) { return c.auth.acl_file == "a"; }},
    {"auth.never_banned", "[\"10.0.0.0/8\"]",
     [](const app::Config& c) { return c.auth.never_banned.front().bits == 104; }},
    {"limits.packet_bytes", "\"1MB\"",
     [](const app::Config& c) { return c.limits.packet_bytes == 1'000'000; }},
    {"limits.packet_bytes", "2000", [](const app::Config& c) { return c.limits.packet_bytes == 2000; }},
    {"limits.inflight", "65535", [](const app::Config& c) { return c.limits.inflight == 65535; }},
    {"limits.queued_messages", "7", [](const app::Config& c) { return c.limits.queued_messages == 7; }},
    {"limits.queued_bytes", "\"1KiB\"", [](const app::Config& c) { return c.limits.queued_bytes == 1024; }},
    {"limits.session_expiry", "\"1h30m\"",
     [](const app::Config& c) { return c.limits.session_expiry == 90min; }},
    {"limits.connect_timeout", "\"500ms\"",
     [](const app::Config& c) { return c.limits.connect_timeout == 500ms; }},
    {"limits.subscriptions", "8", [](const app::Config& c) { return c.limits.subscriptions == 8; }},
    {"limits.retained_messages", "9", [](const app::Config& c) { return c.limits.retained_messages == 9; }},
    {"limits.retained_bytes", "\"1KiB\"",
     [](const app::Config& c) { return c.limits.retained_bytes == 1024; }},
    {"limits.pending_qos2", "10", [](const app::Config& c) { return c.limits.pending_qos2 == 10; }},
    {"limits.sessions", "11", [](const app::Config& c) { return c.limits.sessions == 11; }},
    {"limits.connect_bytes", "\"1MiB\"",
     [](const app::Config& c) { return c.limits.connect_bytes == 1048576; }},
    {"limits.stall_timeout", "\"7s\"", [](const app::Config& c) { return c.limits.stall_timeout == 7s; }},
    {"limits.backlog_bytes", "\"1MiB\"",
     [](const app::Config& c) { return c.limits.backlog_bytes == 1048576; }},
    {"limits.subscription_bytes", "\"2KiB\"",
     [](const app::Config& c) { return c.limits.subscription_bytes == 2048; }},
    {"limits.topic_levels", "12", [](const app::Config& c) { return c.limits.topic_levels == 12; }},
    {"limits.connections", "13", [](const app::Config& c) { return c.limits.connections == 13; }},
    {"limits.connections_per_address", "3",
     [](const app::Config& c) { return c.limits.connections_per_address == 3; }},
    {"mesh.roots", "[\"a b\", \"m/\xc3\xa4/\"]",
     [](const app::Config& c) {
       return c.mesh.roots == std::vector<std::string>{"a b", "m/\xc3\xa4/"};
     }},
    {"mesh.roots", "[]", [](const app::Config& c) { return c.mesh.roots.empty(); }},
    {"mesh.node_id", "\"!0b0b0b0b\"", [](const app::Config& c) { return c.mesh.node_id == 0x0b0b0b0bU; }},
    {"mesh.node_name", "\"n\"", [](const app::Config& c) { return c.mesh.node_name == "n"; }},
    {"mesh.node_short_name", "\"s\"", [](const app::Config& c) { return c.mesh.node_short_name == "s"; }},
    {"mesh.nodes", "5", [](const app::Config& c) { return c.mesh.nodes == 5; }},
    {"mesh.node_expiry", "\"2h\"", [](const app::Config& c) { return c.mesh.node_expiry == 2h; }},
    {"mesh.node_topics", "false", [](const app::Config& c) { return !c.mesh.node_topics; }},
    {"mesh.gateway_identity", "true", [](const app::Config& c) { return c.mesh.gateway_identity; }},
    {"mesh.gateway_users", "[\"ann=!a1b2c3d4\"]",
     [](const app::Config& c) { return c.mesh.gateway_users.front() == "ann=!a1b2c3d4"; }},
    {"mesh.default_key", "false", [](const app::Config& c) { return !c.mesh.default_key; }},
    {"mesh.topic", "\"m/x\"", [](const app::Config& c) { return c.mesh.topic == "m/x"; }},
    {"mesh.channel.*.name", "\"Home/Net\"",
     [](const app::Config& c) { return c.mesh.channels[0].name == "Home/Net"; }},
    {"mesh.channel.*.psk", "\"simple3\"",
     [](const app::Config& c) { return c.mesh.channels[0].psk == "simple3"; }},
    {"mesh.channel.*.index", "7", [](const app::Config& c) { return c.mesh.channels[0].index == 7; }},
    {"mesh.share_urls", "[\"https://meshtastic.org/e/#CgMSAQE\"]",
     [](const app::Config& c) { return c.mesh.share_urls.size() == 1; }},
    {"mesh.channel.*.root", "\"msh/EU_868\"",
     [](const app::Config& c) { return c.mesh.channels[0].root == "msh/EU_868"; }},
    {"mesh.node.*.id", "\"!00000005\"", [](const app::Config& c) { return c.mesh.own_nodes[0].id == 5; }},
    {"mesh.node.*.private_key", "\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\"",
     [](const app::Config& c) { return c.mesh.own_nodes[0].private_key.size() == 44; }},
    {"mesh.node.*.private_key_file", "\"k\"",
     [](const app::Config& c) { return c.mesh.own_nodes[0].private_key_file == "k"; }},
    {"mesh.channel.*.json", "false", [](const app::Config& c) { return !c.mesh.channels[0].json; }},
    {"mesh.json.mirror", "\"gateway\"",
     [](const app::Config& c) { return c.mesh.json.mirror == app::JsonMirror::gateway; }},
    {"mesh.json.mirror", "\"off\"",
     [](const app::Config& c) { return c.mesh.json.mirror == app::JsonMirror::off; }},
    {"mesh.json.unsupported", "true", [](const app::Config& c) { return c.mesh.json.unsupported; }},
    {"mesh.json.respect_gateways", "false",
     [](const app::Config& c) { return !c.mesh.json.respect_gateways; }},
    {"mesh.dedup.window", "\"20m\"", [](const app::Config& c) { return c.mesh.dedup.window == 20min; }},
    {"mesh.dedup.capacity", "11", [](const app::Config& c) { return c.mesh.dedup.capacity == 11; }},
    {"mesh.packet.window", "\"5s\"", [](const app::Config& c) { return c.mesh.packet.window == 5s; }},
    {"mesh.dedup.deliver", "\"everyone\"",
     [](const app::Config& c) { return c.mesh.dedup.deliver == app::DedupDelivery::everyone; }},
    {"mesh.dedup.deliver", "\"off\"",
     [](const app::Config& c) { return c.mesh.dedup.deliver == app::DedupDelivery::off; }},
    {"mesh.down.hop_limit", "0", [](const app::Config& c) { return c.mesh.down.hop_limit == 0; }},
    {"mesh.down.long_text", "\"split\"",
     [](const app::Config& c) { return c.mesh.down.long_text == app::LongText::split; }},
    {"mesh.down.per_gateway", "\"30/m\"",
     [](const app::Config& c) { return c.mesh.down.per_gateway == app::Rate{30, 1min}; }},
};

TEST_CASE("a setting ends up in its own member") {
  for (const auto& [key, value, is_stored] : stored) {
    INFO(key << " = " << value);
    const auto config = app::parse_config(document(key, value), "f");
    REQUIRE(config);
    CHECK(is_stored(*config));
    CHECK_FALSE(*config == app::Config{});
  }
}

TEST_CASE("every key has its member tried; those of TLS only make sense together") {
  for (const app::ConfigKey& key : app::config_keys()) {
    INFO(key.name);
    CHECK((key.name.starts_with("listener.*.tls.") ||
           std::any_of(std::begin(stored), std::end(stored),
                       [&](const Stored& s) { return s.key == key.name; })));
  }
  const auto config = app::parse_config(
      "[[listener]]\ntls = {cert = \"c\", key = \"k\", client_ca = \"a\", require_client_certificate = true}",
      "f");
  REQUIRE(config);
  app::TlsSettings tls;
  tls.cert = "c";
  tls.key = "k";
  tls.client_ca = "a";
  tls.require_client_certificate = true;
  CHECK(config->listeners[0].tls == tls);
}

TEST_CASE("so do the rest of them") {
  const auto config = app::parse_config(
      "[[listener]]\ntls = {cert = \"c\", key = \"k\", client_ca = \"a\", further_certs = [\"f\"], crl = "
      "\"r\", "
      "psk_file = \"p\", user = \"psk\", min_version = \"1.3\", ciphers = \"x:y\"}",
      "f");
  REQUIRE(config);
  const app::TlsSettings& tls = config->listeners[0].tls;
  CHECK(tls.further_certs == std::vector<std::string>{"f"});
  CHECK(tls.crl == "r");
  CHECK(tls.psk_file == "p");
  CHECK(tls.user == app::TlsUser::psk);
  CHECK(tls.min_version == app::TlsVersion::v1_3);
  CHECK(tls.ciphers == "x:y");
}

TEST_CASE("names are unique and every key says what it is for") {
  std::set<std::string_view> names;
  for (const app::ConfigKey& key : app::config_keys()) {
    INFO(key.name);
    CHECK(names.insert(key.name).second);
    CHECK_FALSE(key.help.empty());
    CHECK_FALSE(key.range.empty());
  }
}

TEST_CASE("the defaults have nothing without effect") {
  CHECK(app::keys_without_effect(app::Config{}).empty());
}

TEST_CASE("every key has an effect in this version") {
  Names names;
  for (const app::ConfigKey& key : app::config_keys()) {
    if (!key.has_effect()) names.emplace_back(key.name);
  }
  CHECK(names.empty());
  CHECK(app::keys_without_effect(app::Config{}).empty());
}

TEST_CASE("a node must have an id and one private key, and a complaint never repeats a key") {
  for (const std::string keys :
       {"id = \"!00000005\"", "private_key_file = \"k\"", "id = \"!00000005\"\nprivate_key = \"c2VjcmV0\"",
        "id = \"!00000005\"\nprivate_key_file = \"k\"\nprivate_key = "
        "\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\""}) {
    const auto config = app::parse_config("[[mesh.node]]\n" + keys, "f");
    REQUIRE_FALSE(config);
    CHECK(config.error()[0].what.find("c2Vj") == std::string::npos);
    CHECK(config.error()[0].what.find("AQEB") == std::string::npos);
  }
  CHECK(app::parse_config("[[mesh.node]]\nid = \"\"", "f"));
}

TEST_CASE("one key of a channel may be given for several roots") {
  const std::string channel = "[[mesh.channel]]\nname = \"a\"\npsk = \"AQ==\"\n";
  CHECK_FALSE(app::parse_config(channel + channel, "f"));
  CHECK(app::parse_config(channel + "root = \"r/1\"\n" + channel + "root = \"r/2\"\n", "f"));
}

TEST_CASE("a share URL is complained about without a word of it") {
  const auto config = app::parse_config("[mesh]\nshare_urls = [\"secret\"]", "f");
  REQUIRE_FALSE(config);
  CHECK(config.error()[0].what.find("secret") == std::string::npos);
}

}  // namespace
