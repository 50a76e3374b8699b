// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/sys_topics.h"

#include <algorithm>
#include <fstream>
#include <map>

#include <catch2/catch.hpp>

using admin::BrokerCounts;
using admin::SysTopics;
using std::chrono::operator""s;
using std::chrono::operator""ms;
using std::chrono::operator""min;

namespace {

/// Two workers, of which only the first has anything.
struct Counted {
  core::CoreCounters core{core::metric_names};
  core::CloseCounters closed{core::close_reason_names};
  admin::WorkerCounts first{};

  BrokerCounts at(base::Duration uptime) {
    BrokerCounts counts;
    counts.version = "1.2";
    counts.uptime = uptime;
    first.core = core.read();
    first.closed = closed.read();
    counts.workers = {first, admin::WorkerCounts{.core = core::CoreCounters(core::metric_names).read(),
                                                 .closed = closed.read(),
                                                 .retained_messages = first.retained_messages}};
    return counts;
  }
};

using Values = std::map<std::string, std::string>;

Values values_of(const std::vector<SysTopics::Change>& changes) {
  Values values;
  for (const SysTopics::Change& change : changes) {
    REQUIRE(change.topic.starts_with("$SYS/broker/"));
    CHECK(values.emplace(change.topic.substr(12), change.payload).second);
  }
  return values;
}

/// Every topic that mosquitto 2.0.11 publishes when it is left alone, but for its heap.
constexpr std::string_view mosquittos[] = {
    "bytes/received",
    "bytes/sent",
    "clients/active",
    "clients/connected",
    "clients/disconnected",
    "clients/expired",
    "clients/inactive",
    "clients/maximum",
    "clients/total",
    "load/bytes/received/15min",
    "load/bytes/received/1min",
    "load/bytes/received/5min",
    "load/bytes/sent/15min",
    "load/bytes/sent/1min",
    "load/bytes/sent/5min",
    "load/connections/15min",
    "load/connections/1min",
    "load/connections/5min",
    "load/messages/received/15min",
    "load/messages/received/1min",
    "load/messages/received/5min",
    "load/messages/sent/15min",
    "load/messages/sent/1min",
    "load/messages/sent/5min",
    "load/publish/dropped/15min",
    "load/publish/dropped/1min",
    "load/publish/dropped/5min",
    "load/publish/received/15min",
    "load/publish/received/1min",
    "load/publish/received/5min",
    "load/publish/sent/15min",
    "load/publish/sent/1min",
    "load/publish/sent/5min",
    "load/sockets/15min",
    "load/sockets/1min",
    "load/sockets/5min",
    "messages/received",
    "messages/sent",
    "messages/stored",
    "publish/bytes/received",
    "publish/bytes/sent",
    "publish/messages/dropped",
    "publish/messages/received",
    "publish/messages/sent",
    "retained messages/count",
    "shared_subscriptions/count",
    "store/messages/bytes",
    "store/messages/count",
    "subscriptions/count",
    "uptime",
    "version",
};

}  // namespace

TEST_CASE("the topics below $SYS are mosquitto's") {
  std::vector<std::string> expected;
  for (const std::string_view each : mosquittos) expected.push_back("$SYS/broker/" + std::string(each));
  std::vector<std::string> names = SysTopics::names();
  std::ranges::sort(names);
  CHECK(names == expected);
}

TEST_CASE("docs/sys_topics.md lists every topic, in the program's order") {
  std::ifstream file(SYS_TOPICS_PAGE);
  std::vector<std::string> documented;
  for (std::string line; std::getline(file, line) && line != "## Not served";) {
    if (line.starts_with("| `$SYS/")) documented.push_back(line.substr(3, line.find('`', 3) - 3));
  }
  CHECK(documented == SysTopics::names());
}

TEST_CASE("values have mosquitto's forms, over all workers") {
  Counted counted;
  counted.first.packets_received = 7;
  counted.first.connections = 2;
  counted.first.sessions = 5;
  counted.first.retained_messages = 3;
  counted.first.waiting_messages = 4;
  counted.core.add(core::Metric::messages_delivered, 40);
  counted.core.add(core::Metric::messages_resent, 2);
  counted.core.add(core::Metric::queue_dropped, 3);
  counted.core.add(core::Metric::queue_dropped_qos0, 1);
  const Values values = values_of(SysTopics().update(counted.at(90'500ms)));
  CHECK(values.size() == SysTopics::names().size());
  CHECK(values.at("version") == "meshbroker version 1.2");
  CHECK(values.at("uptime") == "90 seconds");
  CHECK(values.at("messages/received") == "7");
  CHECK(values.at("publish/messages/sent") == "42");
  CHECK(values.at("publish/messages/dropped") == "4");
  CHECK(values.at("clients/connected") == "2");
  CHECK(values.at("clients/disconnected") == "3");
  CHECK(values.at("clients/total") == "5");
  CHECK(values.at("retained messages/count") == "3");
  CHECK(values.at("messages/stored") == "7");
  CHECK(values.at("store/messages/count") == "7");
  CHECK(values.at("load/sockets/1min") == "0.00");
}

TEST_CASE("only what has changed is said again") {
  Counted counted;
  SysTopics topics;
  static_cast<void>(topics.update(counted.at(10s)));
  CHECK(topics.update(counted.at(10s)).empty());
  CHECK(values_of(topics.update(counted.at(20s))) == Values{{"uptime", "20 seconds"}});
  counted.first.subscriptions = 1;
  CHECK(values_of(topics.update(counted.at(20s))) == Values{{"subscriptions/count", "1"}});
}

TEST_CASE("the most clients are remembered") {
  Counted counted;
  SysTopics topics;
  counted.first.sessions = 9;
  static_cast<void>(topics.update(counted.at(10s)));
  counted.first.sessions = 4;
  const Values values = values_of(topics.update(counted.at(20s)));
  CHECK(values.at("clients/total") == "4");
  CHECK_FALSE(values.contains("clients/maximum"));
}

TEST_CASE("loads come near the rate per minute, the shorter the sooner, and fall again") {
  Counted counted;
  SysTopics topics;
  counted.first.sockets_accepted = 10;
  Values values = values_of(topics.update(counted.at(10s)));  // 60 a minute
  CHECK(values.at("load/sockets/1min") == "9.21");            // 60 (1 - e^(-1/6))
  CHECK(values.at("load/sockets/5min") == "1.97");
  CHECK(values.at("load/sockets/15min") == "0.66");
  values = values_of(topics.update(counted.at(70s)));
  CHECK(values.at("load/sockets/1min") == "3.39");  // less by e
  counted.first.sockets_accepted = 1'000'010;
  values = values_of(topics.update(counted.at(70s + 100min)));
  CHECK(values.at("load/sockets/1min") == "10000.00");
}

TEST_CASE("a session that has begun between two looks at a worker is not missing") {
  Counted counted;
  counted.first.connections = 3;
  counted.first.sessions = 2;
  CHECK(values_of(SysTopics().update(counted.at(1s))).at("clients/disconnected") == "0");
}
