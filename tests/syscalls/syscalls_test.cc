// SPDX-License-Identifier: Apache-2.0
// In calm traffic time is what the kernel takes: so many system calls a message and not one more.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/socket_client.h"
#include "tests/support/wire.h"
#include "tests/syscalls/traced_program.h"

namespace syscalls {
namespace {

using support::encoded;
using support::SocketClient;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Nobody's at this moment.
std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  close(fd);
  return ntohs(address.sin_port);
}

bool can_connect(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool is_connected = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return is_connected;
}

bool wait_until_listening(std::uint16_t port) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < deadline) {
    if (can_connect(port)) return true;
  }
  return false;
}

/// What a message cost, from its publisher to all `subscribers`, one under way at a time.
struct Cost {
  double reads = 0, writes = 0, waits = 0, watches = 0, all = 0;
};

double sum(const Counts& counts, std::initializer_list<int> numbers) {
  double total = 0;
  for (const int number : numbers) total += static_cast<double>(counts[static_cast<std::size_t>(number)]);
  return total;
}

Cost cost_of(const Counts& before, const Counts& after, double messages) {
  Counts between{};
  for (std::size_t i = 0; i < between.size(); ++i) between[i] = after[i] - before[i];
  Cost cost;
  cost.reads = sum(between, {SYS_read, SYS_readv, SYS_recvfrom, SYS_recvmsg}) / messages;
  cost.writes = sum(between, {SYS_write, SYS_writev, SYS_sendto, SYS_sendmsg}) / messages;
  cost.waits = sum(between, {SYS_epoll_pwait}) / messages;
#ifdef SYS_epoll_wait
  cost.waits += sum(between, {SYS_epoll_wait}) / messages;
#endif
  cost.watches = sum(between, {SYS_epoll_ctl}) / messages;
  for (const std::uint64_t count : between) cost.all += static_cast<double>(count) / messages;
  return cost;
}

Cost measure(const TracedProgram& program, std::uint16_t port, std::size_t subscribers) {
  constexpr int warm_up = 20, messages = 300;
  std::vector<std::unique_ptr<SocketClient>> listening;
  for (std::size_t i = 0; i < subscribers; ++i) {
    listening.push_back(std::make_unique<SocketClient>(port));
    REQUIRE(listening.back()->connect("s" + std::to_string(i)));
    REQUIRE(listening.back()->send(encoded(mqtt::Subscribe{1, {{"t", {}}}})));
    REQUIRE(listening.back()->receive(5).size() == 5);
  }
  SocketClient publisher(port);
  REQUIRE(publisher.connect("p"));
  const auto publish = encoded(mqtt::Publish{.topic = "t", .payload = base::as_bytes("calm")});
  Counts before{};
  for (int i = 0; i < warm_up + messages; ++i) {
    if (i == warm_up) before = program.counts();
    REQUIRE(publisher.send(publish));
    for (const auto& each : listening) REQUIRE(each->receive(publish.size()).size() == publish.size());
  }
  return cost_of(before, program.counts(), messages);
}

TEST_CASE("a message in calm traffic costs one read, one write for each receiver, and one wait") {
  const std::uint16_t port = free_port();
  const TracedProgram program({MESHBROKER_BUILT_PROGRAM, "serve", "--set",
                               "listener.0.bind=\"127.0.0.1:" + std::to_string(port) + "\"", "--set",
                               "broker.data_dir=\"\"", "--set", "broker.workers=1", "--set",
                               "broker.log_level=\"error\""});
  if (!program.is_traced()) {
    WARN("SKIPPED: this system lets no program be traced");
    return;
  }
  REQUIRE(wait_until_listening(port));
  for (const std::size_t subscribers : {std::size_t{1}, std::size_t{10}}) {
    const Cost cost = measure(program, port, subscribers);
    CAPTURE(subscribers, cost.reads, cost.writes, cost.waits, cost.watches, cost.all);
    // A little is left for what happens once a second.
    constexpr double slack = 0.05;
    const auto receivers = static_cast<double>(subscribers);
    CHECK(cost.reads <= 1 + slack);
    CHECK(cost.writes <= receivers + slack);
    CHECK(cost.waits <= 1 + slack);
    CHECK(cost.watches <= slack);
    CHECK(cost.all <= 2 + receivers + 2 * slack);
  }
}

}  // namespace
}  // namespace syscalls
