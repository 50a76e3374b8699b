// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/changes.h"

#include <catch2/catch.hpp>

#include "broker/app/config/keys.h"

using app::Config;
using app::ConfigChange;
using Changes = std::vector<ConfigChange>;

TEST_CASE("two equal configurations differ in nothing") {
  CHECK(app::config_changes(Config{}, Config{}).empty());
}

TEST_CASE("a difference is named, and whether it holds at once") {
  Config after;
  after.limits.inflight = 7;
  after.auth.acl_file = "a";
  CHECK(app::config_changes(Config{}, after) == Changes{{"auth.acl_file", true}, {"limits.inflight", false}});
}

TEST_CASE("settings of lists are named by number, a list of another length by itself") {
  Config before, after;
  before.mesh.channels.resize(2);
  after.mesh.channels.resize(3);
  after.mesh.channels[1].psk = "none";
  after.listeners.resize(2);
  CHECK(app::config_changes(before, after) ==
        Changes{{"mesh.channel.1.psk", true}, {"listener", false}, {"mesh.channel", true}});
}

TEST_CASE("what a reload has taken over is no difference any more, all else still is") {
  Config running, next;
  next.auth.password_file = "p";
  next.mesh.channels.resize(1);
  next.mesh.own_nodes.resize(1);
  next.mesh.share_urls = {"u"};
  next.mesh.default_key = false;
  next.auth.never_banned.clear();
  next.broker.workers = 3;
  next.broker.log_level = base::Level::error;
  next.listeners[0].deny_from.resize(1);
  next.listeners[0].allow_from.resize(1);
  next.listeners[0].trusted_proxies.clear();
  next.listeners[0].allow_anonymous = app::AllowAnonymous::no;
  app::take_reloaded(running, next);
  CHECK(app::config_changes(running, next) ==
        Changes{{"broker.workers", false}, {"auth.never_banned", false}});
}

TEST_CASE("the settings of another door in a listener's place wait for a restart") {
  Config running, next;
  next.listeners[0].bind = app::TcpBind{"127.0.0.1", 1884};
  next.listeners[0].deny_from.resize(1);
  app::take_reloaded(running, next);
  CHECK(running == Config{});
}

TEST_CASE("a listener's certificates are taken over, TLS itself is neither begun nor ended") {
  Config running, next;
  next.listeners[0].tls.cert = "new.crt";
  app::take_reloaded(running, next);
  CHECK(running == Config{});
  running.listeners[0].tls.cert = "old.crt";
  app::take_reloaded(running, next);
  CHECK(running.listeners[0].tls.cert == "new.crt");
}
