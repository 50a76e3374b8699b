// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/text.h"

#include <string>

#include <catch2/catch.hpp>

namespace {

using Lines = std::vector<std::string>;

/// Every problem as users see it; empty: there is none.
Lines problems(std::string_view text, const std::vector<app::Override>& overrides = {}) {
  const auto config = app::parse_config(text, "f.toml", overrides);
  Lines lines;
  if (config) return lines;
  for (const app::Problem& problem : config.error()) lines.push_back(app::to_text(problem));
  return lines;
}

app::Override set(std::string key, std::string value) { return {"--set " + key, key, std::move(value)}; }

app::Config config_of(std::string_view text, const std::vector<app::Override>& overrides = {}) {
  INFO((problems(text, overrides).empty() ? "" : problems(text, overrides).front()));
  const auto config = app::parse_config(text, "f.toml", overrides);
  REQUIRE(config);
  return *config;
}

TEST_CASE("an empty text gives the defaults") {
  CHECK(config_of("") == app::Config{});
  CHECK(config_of("# nothing\r\n") == app::Config{});
  CHECK(config_of("\xef\xbb\xbf[broker]\n") == app::Config{});
}

TEST_CASE("without a listener there is the default one, with one it is replaced") {
  CHECK(config_of("[broker]\nworkers = 1").listeners == std::vector<app::Listener>{app::Listener{}});
  const app::Config config =
      config_of("[[listener]]\nbind = ':1'\n[[listener]]\nbind = ':2'\nprotocol = 'http'");
  REQUIRE(config.listeners.size() == 2);
  CHECK(config.listeners[0].bind == app::Bind(app::TcpBind{"", 1}));
  CHECK(config.listeners[1].protocol == app::Protocol::http);
  CHECK(config.listeners[1].allow_anonymous == app::AllowAnonymous::private_only);
}

TEST_CASE("channels come in the order of the file") {
  const app::Config config = config_of(
      "[[mesh.channel]]\nname = 'LongFast'\n[[mesh.channel]]\nname = 'LongFast'\npsk = 'Ag=='\nindex = "
      "1\njson = false");
  CHECK(config.mesh.channels ==
        std::vector<app::Channel>{{"LongFast", "AQ==", 0, true}, {"LongFast", "Ag==", 1, false}});
}

struct Case {
  const char* text;
  const char* problem;
};

constexpr Case cases[] = {
    {"[broker]\nworkers = 1000", "f.toml:2: broker.workers must be a whole number in 0..256, not 1000"},
    {"[broker]\nworkers = '2'",
     "f.toml:2: broker.workers must be a whole number in 0..256, not the text \"2\""},
    {"[broker]\n\nworkers = 2.0",
     "f.toml:3: broker.workers must be a whole number in 0..256, not the floating-point number 2"},
    {"[broker]\nlog_level = 'loud'",
     "f.toml:2: broker.log_level must be \"trace\", \"debug\", \"info\", \"warn\" or \"error\", not the text "
     "\"loud\""},
    {"[broker]\nworker = 1",
     "f.toml:2: unknown key \"broker.worker\"; the nearest known one is \"broker.workers\""},
    {"\n[limit]\ninflight = 1\nqueued = 2",
     "f.toml:2: unknown key \"limit\"; the nearest known one is \"limits\""},
    {"workers = 1", "f.toml:1: unknown key \"workers\"; the nearest known one is \"broker.workers\""},
    {"[[listener]]\nbnd = ':1'",
     "f.toml:2: unknown key \"listener.bnd\"; the nearest known one is \"listener.bind\""},
    {"[[listener]]\ntls.crt = 'a'",
     "f.toml:2: unknown key \"listener.tls.crt\"; the nearest known one is \"listener.tls.cert\""},
    {"[listener]\nbind = ':1'",
     "f.toml:1: listener must be a list of tables; write [[listener]] with two brackets above the settings "
     "of each"},
    {"listener = [1]",
     "f.toml:1: listener must be a list of tables; write [[listener]] with two brackets above the settings "
     "of each"},
    {"\nlistener = []", "f.toml:2: listener must not be an empty list; leave it out for the default one"},
    {"[mesh]\nchannel = 'LongFast'",
     "f.toml:2: mesh.channel must be a list of tables; write [[mesh.channel]] with two brackets above the "
     "settings of "
     "each"},
    {"mesh = 5", "f.toml:1: mesh is a section: give its settings one by one, not a value"},
    {"[mesh]\njson = true", "f.toml:2: mesh.json is a section: give its settings one by one, not a value"},
    {"[mesh]\nroots = 'msh'",
     "f.toml:2: mesh.roots must be a list of texts such as [\"msh\"], not the text \"msh\""},
    {"[mesh]\nroots = ['msh',\n  1]",
     "f.toml:2: mesh.roots must be a list of texts such as [\"msh\"], not a date, a table or a mixed list"},
    {"[mesh]\nroots = ['msh/#']",
     "f.toml:2: mesh.roots must be topic levels without + # and U+0000 such as \"msh/EU_868\", not "
     "\"msh/#\""},
    {"[mesh]\nnode_id = '0b0b0b0b'",
     "f.toml:2: mesh.node_id must be \"!\" and eight hex digits such as \"!0b0b0b0b\", or \"\", not "
     "\"0b0b0b0b\""},
    {"[[mesh.channel]]\npsk = 'AQ=='",
     "f.toml:1: mesh.channel must have a name, as it stands on the devices"},
    {"[[mesh.channel]]\nname = 'a'\npsk = 'hunter2!'",
     "f.toml:3: mesh.channel.psk must be base64 such as \"AQ==\", hex such as \"0x01\", \"none\", "
     "\"default\" or "
     "\"simple0\" to \"simple254\""},
    {"[limits]\nsession_expiry = 10",
     "f.toml:2: limits.session_expiry must be a duration in 0s..36500d with its unit, such as \"15m\", not "
     "10"},
    {"[limits]\npacket_bytes = '300MiB'",
     "f.toml:2: limits.packet_bytes must be in 64..256MiB, not \"300MiB\""},
    {"[[listener]]\nbind = '1883'",
     "f.toml:2: listener.bind must have a port after a colon, not \"1883\"; write \"0.0.0.0:1883\", "
     "\":1883\", "
     "\"[::1]:1883\" or \"unix:/run/meshbroker.sock\""},
    {"[[listener]]\nallow_anonymous = 'yes'",
     "f.toml:2: listener.allow_anonymous must be false, true or \"private\", not the text \"yes\""},
    {"[[listener]]\ntls.cert = 'c'", "f.toml:2: tls.cert and tls.key must be given together, or neither"},
    {"[[listener]]\n\ntls.key = 'k'", "f.toml:3: tls.cert and tls.key must be given together, or neither"},
    {"[[listener]]\ntls.crl = 'r'",
     "f.toml:2: tls.crl must have a tls.client_ca, whose certificates it is about"},
    {"[[listener]]\ntls.client_ca = 'a'",
     "f.toml:2: tls.client_ca must have a tls.cert: a listener without one speaks no TLS with certificates"},
    {"[[listener]]\ntls.user = 'cn'",
     "f.toml:2: tls.user must have a tls.client_ca, or nobody has a certificate to be a user by"},
    {"[[listener]]\nproxy_protocol = true\ntrusted_proxies = []",
     "f.toml:3: trusted_proxies must name the proxies of a listener with proxy_protocol = true"},
    {"[[listener]]\nallow_from = ['10.0.0.1/8']",
     "f.toml:2: listener.allow_from must be networks, but \"10.0.0.1/8\" is an address within one: its last "
     "bits must be 0"},
    {"[auth]\nnever_banned = ['private']",
     "f.toml:2: auth.never_banned must name its networks, such as \"192.168.0.0/16\", instead of "
     "\"private\""},
    {"[[listener]]\norigins = ['https://a.org/x']",
     "f.toml:2: listener.origins must be origins such as \"https://example.org:8443\", without a path, or "
     "\"*\", not "
     "\"https://a.org/x\""},
    {"[[listener]]\nunix_mode = '8'",
     "f.toml:2: listener.unix_mode must be permissions in octal and in quotes, such as \"0660\", not the "
     "text \"8\""},
    {"[http]\nadmins = ['ann']",
     "f.toml:2: http.admins must be users of an auth.password_file: without one nobody can log in"},
    {"[[listener]]\ntls.require_client_certificate = true",
     "f.toml:2: tls.require_client_certificate must have a tls.client_ca to check them by"},
    {"[broker]\n'workers.x' = 1",
     "f.toml:2: unknown key \"broker.workers.x\"; the nearest known one is \"broker.workers\""},
    {"'mesh.channel.*' = {name = 'a'}",
     "f.toml:1: unknown key \"mesh.channel.*\"; the nearest known one is \"mesh.channel\""},
    {"[[listener]]\nbind = ':1'\n[[listener]]\nbind = ':1'",
     "f.toml:4: bind must differ from that of every other listener; write another port or drop one of them"},
    {"[[listener]]\n[[listener]]",
     "f.toml:2: bind must differ from that of every other listener; write another port or drop one of them"},
    {"[[mesh.channel]]\nname = 'a'\n[[mesh.channel]]\npsk = '0x01'\nname = 'a'",
     "f.toml:5: channel \"a\" with this psk is given twice; drop one of them"},
};

TEST_CASE("a problem says its line, what is wrong and what to write instead") {
  for (const auto& [text, problem] : cases) {
    INFO(text);
    CHECK(problems(text) == Lines{problem});
  }
}

TEST_CASE("text that is no TOML is reported with its line") {
  for (const auto& [text, where] :
       {Case{"[broker\n", "f.toml:1: no valid TOML: "}, Case{"\n\na = ", "f.toml:3: "},
        Case{"a = 1\na = 2", "f.toml:2: "}, Case{"a = \"\xff\"", "f.toml:1: "}, Case{"\n[$]", "f.toml:2: "},
        Case{"[", "f.toml:1: "}}) {
    INFO(text);
    REQUIRE(problems(text).size() == 1);
    CHECK(problems(text).front().starts_with(where));
  }
}

TEST_CASE("all problems are told at once, in the order of the lines, overrides last") {
  const Lines lines =
      problems("[mesh]\nnodes = 0\n[limits]\ninflight = 0\n[broker]\nworkers = -1\n[[listener]]\nbind = 'x'",
               {set("broker.nodes", "1"), set("limits.inflight", "many")});
  REQUIRE(lines.size() == 6);
  CHECK(lines[0].starts_with("f.toml:2: mesh.nodes "));
  CHECK(lines[1].starts_with("f.toml:4: limits.inflight "));
  CHECK(lines[2].starts_with("f.toml:6: broker.workers "));
  CHECK(lines[3].starts_with("f.toml:8: listener.bind "));
  CHECK(lines[4] ==
        "--set broker.nodes: unknown key \"broker.nodes\"; the nearest known one is \"mesh.nodes\"");
  CHECK(lines[5] ==
        "--set limits.inflight: limits.inflight must be a whole number in 1..65535, not the text \"many\"");
}

TEST_CASE("a refused bind or psk is not taken for a duplicate of the default") {
  CHECK(problems("[[listener]]\n[[listener]]\nbind = 'x'").size() == 1);
  CHECK(problems("[[mesh.channel]]\nname = 'a'\n[[mesh.channel]]\nname = 'a'\npsk = '!'").size() == 1);
}

TEST_CASE("listeners may share a port number where they do not share the address") {
  CHECK(problems("[[listener]]\nbind = '127.0.0.1:1'\n[[listener]]\nbind = '127.0.0.2:1'\n[[listener]]\nbind "
                 "= '[::1]:1'")
            .empty());
  CHECK(problems("[[listener]]\nbind = '127.0.0.1:0'\n[[listener]]\nbind = '127.0.0.1:0'").empty());
  CHECK(problems("[[listener]]\nbind = ':1'\n[[listener]]\nbind = '0.0.0.0:1'").size() == 1);
  CHECK(problems("[[listener]]\nbind = ':1'\n[[listener]]\nbind = '[::]:1'").size() == 1);
  CHECK(problems("[[listener]]\nbind = '[::1]:1'\n[[listener]]\nbind = '[0::1]:1'").size() == 1);
  CHECK(problems("[[listener]]\nbind = 'unix:/a'\n[[listener]]\nbind = 'unix:/a'").size() == 1);
}

TEST_CASE("an override wins over the file, a later one over an earlier") {
  const std::string_view file = "[limits]\ninflight = 1";
  CHECK(config_of(file).limits.inflight == 1);
  CHECK(config_of(file, {set("limits.inflight", "2")}).limits.inflight == 2);
  CHECK(config_of(file, {set("limits.inflight", "2"), set("limits.inflight", "3")}).limits.inflight == 3);
}

TEST_CASE("the value of an override is TOML, or else a bare string") {
  CHECK(config_of("", {set("mesh.roots", R"(["a", "b"])")}).mesh.roots == std::vector<std::string>{"a", "b"});
  CHECK(config_of("", {set("mesh.node_name", R"("quoted")")}).mesh.node_name == "quoted");
  CHECK(config_of("", {set("mesh.node_name", "bare words")}).mesh.node_name == "bare words");
  CHECK(config_of("", {set("mesh.node_name", "1234")}).mesh.node_name == "1234");
  CHECK(config_of("", {set("mesh.node_name", "true")}).mesh.node_name == "true");
  CHECK(config_of("", {set("broker.data_dir", "")}).broker.data_dir.empty());
  CHECK(config_of("", {set("limits.connect_timeout", "5s")}).limits.connect_timeout ==
        std::chrono::seconds(5));
  CHECK(config_of("", {set("listener.0.allow_anonymous", "true")}).listeners[0].allow_anonymous ==
        app::AllowAnonymous::yes);
  CHECK(config_of("", {set("listener.0.allow_anonymous", "private")}).listeners[0].allow_anonymous ==
        app::AllowAnonymous::private_only);
  CHECK(config_of("", {set("listener.0.bind", "[::1]:7")}).listeners[0].bind ==
        app::Bind(app::TcpBind{"::1", 7}));
  CHECK(config_of("", {set("mesh.json", "{mirror = 'off'}")}).mesh.json.mirror == app::JsonMirror::off);
}

TEST_CASE("letters beyond ASCII are text like any other, quoted or bare") {
  CHECK(config_of("", {set("mesh.node_name",
                           "K\xc3\xbc"
                           "che")})
            .mesh.node_name ==
        "K\xc3\xbc"
        "che");
  CHECK(config_of("mesh.node_name = 'K\xc3\xbc"
                  "che' # \xe3\x80\x81")
            .mesh.node_name ==
        "K\xc3\xbc"
        "che");
  CHECK(config_of("mesh.node_name = \"\"\"\\\n  \xc3\xbc\"\"\"").mesh.node_name == "\xc3\xbc");
  for (const char* letter : {"\xc2\xa0", "\xc3\xbc", "\xe1\x9a\x80", "\xe3\x80\x80", "\xe3\x80\x81",
                             "\xef\xbb\xbf", "\xef\xbf\xbd", "\xf0\x9f\x98\x80"}) {
    INFO(letter);
    problems(std::string("mesh.node_name = ") + letter);
    CHECK(config_of("", {set("mesh.node_name", letter)}).mesh.node_name == letter);
  }
}

TEST_CASE("a line break in an override makes no second key") {
  CHECK(problems("", {set("limits.inflight", "1\nx = 2")}).size() == 1);
  CHECK(config_of("", {set("mesh.node_name", "1\nx = 2")}).mesh.node_name == "1\nx = 2");
  CHECK(config_of("", {set("limits.inflight", "1\n")}).limits.inflight == 1);
}

TEST_CASE("an override edits an element of a list, the default listener too") {
  const app::Config config = config_of("", {set("listener.0.bind", "127.0.0.1:5")});
  REQUIRE(config.listeners.size() == 1);
  CHECK(config.listeners[0].bind == app::Bind(app::TcpBind{"127.0.0.1", 5}));
  const app::Config edited =
      config_of("[[listener]]\nbind = ':1'\n[[listener]]\nbind = ':2'\nallow_anonymous = true",
                {set("listener.1.bind", ":3")});
  CHECK(edited.listeners[0].bind == app::Bind(app::TcpBind{"", 1}));
  CHECK(edited.listeners[1].bind == app::Bind(app::TcpBind{"", 3}));
  CHECK(edited.listeners[1].allow_anonymous == app::AllowAnonymous::yes);
}

TEST_CASE("an override extends a list by one, a gap is a problem") {
  const app::Config config = config_of("", {set("mesh.channel.0.name", "a"), set("mesh.channel.1.name", "b"),
                                            set("mesh.channel.1.psk", "0x02")});
  CHECK(config.mesh.channels == std::vector<app::Channel>{{"a", "AQ==", 0, true}, {"b", "0x02", 0, true}});
  CHECK(problems("", {set("listener.2.bind", ":1")}) ==
        Lines{"--set listener.2.bind: listener.2 leaves a gap; the next one is listener.1"});
  CHECK(problems("", {set("mesh.channel.0.psk", "none")}) ==
        Lines{"--set mesh.channel.0.psk: mesh.channel must have a name, as it stands on the devices"});
  CHECK(problems("", {set("listener.1.protocol", "http")}) ==
        Lines{"--set listener.1.protocol: bind must differ from that of every other listener; write another "
              "port or drop "
              "one of them"});
}

TEST_CASE("a list can be replaced by an override as a whole") {
  const app::Config config =
      config_of("[[mesh.channel]]\nname = 'a'", {set("mesh.channel", "[{name = 'b'}, {name = 'c'}]")});
  REQUIRE(config.mesh.channels.size() == 2);
  CHECK(config.mesh.channels[1].name == "c");
  CHECK(
      problems("", {set("listener", "[{bnd = ':1'}]")}) ==
      Lines{"--set listener: unknown key \"listener.0.bnd\"; the nearest known one is \"listener.0.bind\""});
}

TEST_CASE("an override of an unknown key names the nearest") {
  const std::pair<const char*, const char*> unknown[] = {
      {"broker.worker", "unknown key \"broker.worker\"; the nearest known one is \"broker.workers\""},
      {"listener.0.bnd", "unknown key \"listener.0.bnd\"; the nearest known one is \"listener.0.bind\""},
      {"listener.bind", "listener is a list: name the element by its number, such as listener.0"},
      {"listener.-1.bind", "listener is a list: name the element by its number, such as listener.0"},
      {"broker.workers.x", "unknown key \"broker.workers.x\"; the nearest known one is \"broker.workers\""},
      {"Broker.workers", "unknown key \"Broker.workers\"; the nearest known one is \"broker.workers\""},
      {"", "unknown key \"\"; the nearest known one is \"auth\""},
      {"mesh", "mesh is a section: give its settings one by one, not a value"},
      {"mesh.", "unknown key \"mesh.\"; the nearest known one is \"mesh\""},
  };
  for (const auto& [key, what] : unknown) {
    INFO(key);
    CHECK(problems("", {set(key, "1")}) == Lines{"--set " + std::string(key) + ": " + what});
  }
}

TEST_CASE("no problem repeats a key") {
  for (const Lines& lines : {problems("[[mesh.channel]]\nname = 'a'\npsk = 'top secret'"),
                             problems("[[mesh.channel]]\nname = 'a'\npsk = 4711"),
                             problems("", {set("mesh.channel.0.psk", "top secret")})}) {
    REQUIRE_FALSE(lines.empty());
    for (const std::string& line : lines) {
      CHECK(line.find("secret") == std::string::npos);
      CHECK(line.find("4711") == std::string::npos);
    }
  }
}

}  // namespace
