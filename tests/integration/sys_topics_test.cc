// SPDX-License-Identifier: Apache-2.0
// $SYS as clients see it, with the whole server.
#include "broker/admin/sys_topics.h"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "broker/base/owner.h"
#include "tests/support/running_server.h"
#include "tests/support/socket_client.h"

using support::RunningServer;
using support::SocketClient;

namespace {

app::Config with_sys(std::uint32_t workers, base::Duration interval) {
  app::Config config;
  config.broker.workers = workers;
  config.broker.sys_interval = interval;
  return config;
}

std::string id_on(std::uint32_t worker, std::uint32_t workers) {
  for (char letter = 'a';; ++letter) {
    std::string id(1, letter);
    if (base::owner_of(id, workers) == worker) return id;
  }
}

/// The next PUBLISH, which is a short one at QoS 0; an empty topic: none came.
struct Heard {
  bool is_retained;
  std::string topic;
  std::string payload;
};

Heard hear(SocketClient& client) {
  const auto head = client.receive(2);
  if (head.size() < 2 || (head[0] & 0xfeU) != 0x30 || head[1] < 2) return {};
  const auto rest = client.receive(head[1]);
  if (rest.size() < 2) return {};
  const std::size_t topic = rest[0] * 256U + rest[1];
  return {(head[0] & 1U) != 0, std::string(rest.begin() + 2, rest.begin() + 2 + static_cast<long>(topic)),
          std::string(rest.begin() + 2 + static_cast<long>(topic), rest.end())};
}

/// Says when a second is over, right before the broker would speak of itself.
struct Ticking final : plugin::Plugin {
  std::string_view name() const override { return "ticking"; }
  plugin::Verdict on_publish(const plugin::Client&, plugin::Draft&, plugin::Host&, base::TimePoint) override {
    return plugin::Verdict::pass;
  }
  std::vector<base::Count> counts() const override { return {}; }
  void on_tick(plugin::Host& host, base::TimePoint) override {
    host.publish({.topic = "ticked", .payload = {}});
  }
};

}  // namespace

TEST_CASE("whoever subscribes to $SYS, on whichever worker, hears each topic once") {
  RunningServer server(with_sys(2, std::chrono::hours(1)));
  for (const std::uint32_t worker : {0U, 1U}) {
    SocketClient client(server.port());
    REQUIRE(client.connect(id_on(worker, 2)));
    REQUIRE(client.send("82 0B 00 01 00 06 '$SYS/#' 00"));
    REQUIRE(client.expect("90 03 00 01 00"));
    std::vector<std::string> topics;
    for (std::size_t i = 0; i < admin::SysTopics::names().size(); ++i) topics.push_back(hear(client).topic);
    std::vector<std::string> expected = admin::SysTopics::names();
    std::ranges::sort(expected);
    std::ranges::sort(topics);
    CHECK(topics == expected);
    CHECK(client.send("C0 00"));
    CHECK(client.expect("D0 00"));  // and nothing more
  }
}

TEST_CASE("what has changed is said again after the interval") {
  RunningServer server(with_sys(1, std::chrono::seconds(1)));
  SocketClient client(server.port());
  REQUIRE(client.connect("a"));
  REQUIRE(client.send("82 17 00 01 00 12 '$SYS/broker/uptime' 00"));
  REQUIRE(client.expect("90 03 00 01 00"));
  const Heard first = hear(client);
  CHECK(first.topic == "$SYS/broker/uptime");
  CHECK(first.payload.ends_with(" seconds"));
  const Heard second = hear(client);
  CHECK_FALSE(second.is_retained);
  CHECK(second.payload != first.payload);
}

TEST_CASE("with an interval of nothing there is nothing below $SYS") {
  Ticking ticking;
  RunningServer server(with_sys(1, base::Duration::zero()), {}, {&ticking});
  SocketClient client(server.port());
  REQUIRE(client.connect("a"));
  REQUIRE(client.send("82 14 00 01 00 06 '$SYS/#' 00 00 06 'ticked' 00"));
  REQUIRE(client.expect("90 04 00 01 00 00"));
  CHECK(hear(client).topic == "ticked");
  CHECK(hear(client).topic == "ticked");
}
