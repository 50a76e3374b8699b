// SPDX-License-Identifier: Apache-2.0
#include "mesh/gateways.h"

#include <catch2/catch.hpp>

using std::chrono_literals::operator""s;
using mesh::gateway_of;
using mesh::Gateways;

TEST_CASE("a client id tells a gateway from others") {
  struct Row {
    const char* id;
    bool is_gateway;
    std::uint32_t number;
    bool is_proxy;
  };
  const Row row = GENERATE(
      Row{"!a1b2c3d4", true, 0xa1b2c3d4, false}, Row{"!00000001", true, 1, false},
      Row{"MeshtasticAndroidMqttProxy-!a1b2c3d4-0c1d", true, 0xa1b2c3d4, true},
      Row{"MeshtasticAndroidMqttProxy-!a1b2c3d4", true, 0xa1b2c3d4, true},
      Row{"MeshtasticAppleMqttProxy-1234", true, 0, true}, Row{"MeshtasticAndroidMqttProxy-", true, 0, true},
      Row{"!a1b2c3d", false, 0, false}, Row{"!a1b2c3d45", false, 0, false}, Row{"!a1b2c3dg", false, 0, false},
      Row{"a1b2c3d4", false, 0, false}, Row{"", false, 0, false}, Row{"!-1b2c3d4", false, 0, false},
      Row{"MeshtasticMqttProxy-!a1b2c3d4", false, 0, false});
  const auto identity = gateway_of(row.id);
  REQUIRE(identity.has_value() == row.is_gateway);
  if (!identity) return;
  CHECK(identity->number == row.number);
  CHECK(identity->is_proxy == row.is_proxy);
}

namespace {

const mesh::Roots roots({"msh", "mesh/de/"});

struct Fixture {
  Fixture() { gateways.connected("!00000001", {1, false}, base::TimePoint(5s)); }
  std::vector<std::string> listening(std::string_view topic) const {
    std::vector<std::string> ids;
    for (const mesh::Gateway& gateway : gateways.listening_on(topic)) ids.push_back(gateway.client_id);
    std::ranges::sort(ids);
    return ids;
  }
  Gateways gateways{roots};
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(Fixture, "a gateway listens where its filters say, as long as it is connected") {
  gateways.connected("!00000002", {2, false}, {});
  gateways.subscribed("!00000001", "msh/EU_868/2/e/LongFast/+");
  gateways.subscribed("!00000002", "msh/#");
  gateways.subscribed("nobody", "msh/#");
  CHECK(listening("msh/EU_868/2/e/LongFast/!00000009") == Ids{"!00000001", "!00000002"});
  CHECK(listening("msh/US/2/e/LongFast/!00000009") == Ids{"!00000002"});
  gateways.unsubscribed("!00000001", "msh/EU_868/2/e/LongFast/+");
  CHECK(listening("msh/EU_868/2/e/LongFast/!00000009") == Ids{"!00000002"});
  gateways.disconnected("!00000002");
  CHECK(listening("msh/EU_868/2/e/LongFast/!00000009").empty());
  CHECK(gateways.connected().size() == 1);
  CHECK(gateways.connected().front().since == base::TimePoint(5s));
}

TEST_CASE_METHOD(Fixture, "a new connection has none of the filters of the one before") {
  gateways.subscribed("!00000001", "msh/2/e/a/+");
  gateways.connected("!00000001", {1, false}, {});
  CHECK(listening("msh/2/e/a/!1").empty());
}

TEST_CASE_METHOD(Fixture, "places are what somebody's filters spell out, each once") {
  gateways.connected("!00000002", {2, false}, {});
  for (const char* filter : {"msh/EU/2/e/LongFast/+", "msh/EU/2/e/a/b/+", "msh/EU/2/e/+/+", "msh/EU/2/e/#",
                             "msh/EU/2/json/mqtt/+", "msh/+/2/e/x/+", "home/2/e/y/+"})
    gateways.subscribed("!00000001", filter);
  gateways.subscribed("!00000002", "msh/EU/2/e/LongFast/+");
  CHECK(gateways.places() == std::vector<mesh::Place>{{"msh/EU", "LongFast"}, {"msh/EU", "a/b"}});
}

TEST_CASE_METHOD(Fixture, "no gateway's filters fill the memory") {
  for (int i = 0; i < 1000; ++i) gateways.subscribed("!00000001", "msh/2/e/" + std::to_string(i) + "/+");
  CHECK(gateways.connected().front().filters.size() == Gateways::most_filters);
}

TEST_CASE("a filter may meet a root when their levels go together as far as the root's go") {
  for (const char* meets : {"msh/#", "#", "+/#", "msh/2/e/a/+", "+/+/2/e", "mesh/de/x", "mesh/+/x", "msh/+"})
    CHECK(roots.may_meet(meets));
  for (const char* misses : {"msh", "mesh/de", "home/#", "mesh/fr/#", "mshx/#", "+", "", "/msh/#"})
    CHECK_FALSE(roots.may_meet(misses));
}
