// SPDX-License-Identifier: Apache-2.0
// A reload under many live connections.
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include "tests/integration/people.h"
#include "tests/support/running_server.h"
#include "tests/support/socket_client.h"
#include "tests/unit/app/temporary_file.h"

using support::RunningServer;
using support::SocketClient;

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::chrono::milliseconds most{2000};  // ten times as slow
#elif defined(__SANITIZE_THREAD__)
constexpr std::chrono::milliseconds most{4000};
#else
constexpr std::chrono::milliseconds most{200};
#endif

double milliseconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

bool can_open(std::size_t descriptors) {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= descriptors;
}

SocketClient client_of(const RunningServer& server, int number) {
  SocketClient client(server.port());
  REQUIRE(client.send(people::connect_as("c" + std::to_string(number), number % 10 == 0)));
  REQUIRE(client.expect("20 02 00 00"));
  return client;
}

/// Every tenth is ann's, and gone.
void check_who_is_there(std::vector<SocketClient>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % 10 == 0) {
      REQUIRE(all[i].is_closed());
    } else {
      REQUIRE(all[i].send("C0 00"));
      REQUIRE(all[i].expect("D0 00"));
    }
  }
}

}  // namespace

TEST_CASE("a reload under 5,000 connections drops nobody that stays, loses nothing and holds nobody up") {
  constexpr int clients = 5000, messages = 200;
  if (!can_open(2 * clients + 100)) {
    WARN("not tested: it needs ulimit -n 10100");
    return;
  }
  const TemporaryFile users(std::string(people::ann_secret) + std::string(people::bob_hidden));
  const TemporaryFile rules("pattern readwrite #\n");
  app::Config config;
  config.broker.workers = GENERATE(1U, 2U);
  config.auth.password_file = users.path();
  config.auth.acl_file = rules.path();
  RunningServer server(config);
  std::vector<SocketClient> all;
  for (int i = 0; i < clients; ++i) all.push_back(client_of(server, i));
  SocketClient& reader = all[1];
  REQUIRE(reader.send("82 06 00 01 00 01 't' 01"));
  REQUIRE(reader.expect("90 03 00 01 01"));

  std::ofstream(users.path(), std::ios::binary) << people::bob_hidden;
  std::ofstream(rules.path(), std::ios::binary) << "pattern readwrite #\npattern deny u\n";
  const auto access = app::load_access(config.auth);
  REQUIRE(access);
  std::chrono::steady_clock::duration taken{}, longest{};
  std::thread reload([&] {
    const auto begin = std::chrono::steady_clock::now();
    server.get().apply(*access);
    taken = std::chrono::steady_clock::now() - begin;
  });
  SocketClient& writer = all[2];
  int acknowledged = 0, received = 0;
  for (bool is_well = true; is_well && acknowledged < messages; ++acknowledged) {
    const auto begin = std::chrono::steady_clock::now();
    is_well = writer.send("32 06 00 01 't' 00 07 'x' 32 06 00 01 'u' 00 08 'x'") &&
              writer.expect("40 02 00 07 40 02 00 08");
    longest = std::max(longest, std::chrono::steady_clock::now() - begin);
  }
  reload.join();
  CHECK(acknowledged == messages);
  for (; received < messages; ++received) {
    const std::vector<std::uint8_t> got = reader.receive(8);
    REQUIRE(got.size() == 8);
    REQUIRE(reader.send(std::vector<std::uint8_t>{0x40, 0x02, got[5], got[6]}));
  }
  check_who_is_there(all);
  INFO("the reload took " << milliseconds(taken) << " ms, a round trip " << milliseconds(longest) << " ms");
  CHECK(taken < most);
  CHECK(longest < most);
}
