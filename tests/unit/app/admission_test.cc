// SPDX-License-Identifier: Apache-2.0
#include "broker/app/admission.h"

#include <catch2/catch.hpp>

using app::AllowAnonymous;

namespace {

net::Address at(std::string_view host) { return *net::parse_address(host, 0); }

}  // namespace

TEST_CASE("the private networks, and their first neighbours on either side") {
  for (const char* host : {"127.0.0.1", "127.255.255.255", "10.0.0.0", "10.255.255.255", "172.16.0.1",
                           "172.31.255.255", "192.168.0.1", "192.168.255.255", "169.254.1.1", "::1",
                           "fe80::1", "febf::1", "fc00::1", "fdff::1", "::ffff:192.168.1.1"}) {
    INFO(host);
    CHECK(app::is_private(at(host)));
  }
  for (const char* host : {"126.255.255.255",
                           "128.0.0.1",
                           "9.255.255.255",
                           "11.0.0.1",
                           "172.15.255.255",
                           "172.32.0.1",
                           "192.167.1.1",
                           "192.169.1.1",
                           "169.253.1.1",
                           "100.64.0.1",
                           "0.0.0.0",
                           "8.8.8.8",
                           "::",
                           "::2",
                           "fe7f::1",
                           "fec0::1",
                           "fbff::1",
                           "fe00::1",
                           "2001:db8::1",
                           "::ffff:8.8.8.8"}) {
    INFO(host);
    CHECK_FALSE(app::is_private(at(host)));
  }
}

TEST_CASE("the policy decides; private never means the default gateway, behind which strangers stand") {
  const app::Admission admission({at("172.17.0.1")});
  CHECK(admission.admits_anonymous(AllowAnonymous::yes, at("8.8.8.8")));
  CHECK_FALSE(admission.admits_anonymous(AllowAnonymous::no, at("127.0.0.1")));
  CHECK(admission.admits_anonymous(AllowAnonymous::private_only, at("172.17.0.2")));
  CHECK_FALSE(admission.admits_anonymous(AllowAnonymous::private_only, at("172.17.0.1")));
  CHECK_FALSE(admission.admits_anonymous(AllowAnonymous::private_only, at("::ffff:172.17.0.1")));
  CHECK_FALSE(admission.admits_anonymous(AllowAnonymous::private_only, at("8.8.8.8")));
}

TEST_CASE("default gateways are read from the kernel's tables, and nothing else is") {
  constexpr std::string_view ipv4 =
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
      "eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
      "eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
      "tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n"
      "tun0\t00000000\t0108000A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n"
      "broken\n";
  constexpr std::string_view ipv6 =
      "fe800000000000000000000000000000 40 00000000000000000000000000000000 00 "
      "00000000000000000000000000000000 00000100 "
      "00000001 00000000 00000001     eth0\n"
      "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
      "fe800000000000000000000000000001 00000400 "
      "00000001 00000000 00000003     eth0";
  CHECK(app::parse_default_gateways(ipv4, ipv6) ==
        std::vector<net::Address>{at("172.17.0.1"), at("fe80::1")});
  CHECK(app::parse_default_gateways("", "").empty());
}
