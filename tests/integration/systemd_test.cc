// SPDX-License-Identifier: Apache-2.0
// What systemd hears: of the real program at a socket of ours, and of a server whose worker hangs.
#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include <catch2/catch.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "broker/base/owner.h"
#include "broker/net/descriptor.h"
#include "tests/hostile/program.h"
#include "tests/support/certificates.h"
#include "tests/support/running_server.h"
#include "tests/support/socket_client.h"

using support::RunningServer;
using support::SocketClient;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

namespace {

constexpr auto patience = 60s;

/// The other end of NOTIFY_SOCKET.
class Systemd {
 public:
  Systemd() : path_(folder_.path("notify")), socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  std::string variable() const { return "NOTIFY_SOCKET=" + path_; }
  /// The next message; empty: none came in time.
  std::string next() const {
    pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    constexpr int patience_ms = std::chrono::milliseconds(patience).count();
    if (poll(&waiting, 1, patience_ms) <= 0) return "";
    std::string text(200, ' ');
    const ssize_t got = recv(socket_.get(), text.data(), text.size(), 0);
    return got < 0 ? "" : text.substr(0, static_cast<std::size_t>(got));
  }
  /// The next that is no sign of life.
  std::string next_event() const {
    std::string text = next();
    while (text == "WATCHDOG=1") text = next();
    return text;
  }

 private:
  support::Folder folder_;
  std::string path_;
  net::Descriptor socket_;
};

/// Holds the worker that gets a publish to "hang" until it is let go.
class Stopper final : public plugin::Plugin {
 public:
  std::string_view name() const override { return "stopper"; }
  plugin::Verdict on_publish(const plugin::Client&, plugin::Draft& draft, plugin::Host&,
                             base::TimePoint) override {
    if (draft.topic == "hang") {
      is_held_ = true;
      gate_.get_future().wait();
    }
    return plugin::Verdict::pass;
  }
  std::vector<base::Count> counts() const override { return {}; }
  bool is_held() const { return is_held_; }
  void let_go() { gate_.set_value(); }

 private:
  std::atomic<bool> is_held_{false};
  std::promise<void> gate_;
};

template <class Condition>
bool comes_true(const Condition& condition) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

/// Of two workers.
std::string id_on(std::uint32_t worker) {
  std::string id = "a";
  while (base::owner_of(id, 2) != worker) ++id[0];
  return id;
}

}  // namespace

TEST_CASE("systemd hears of serving, reloading, serving again and stopping") {
  const Systemd systemd;
  hostile::Program program({}, {systemd.variable()});
  CHECK(systemd.next() == "READY=1\nSTATUS=serving");
  program.hang_up();
  CHECK(systemd.next() == "RELOADING=1");
  CHECK(systemd.next() == "READY=1");
  CHECK(program.stop() == 0);
  CHECK(systemd.next() == "STOPPING=1\nSTATUS=stopping");
}

TEST_CASE("a watchdog hears of it again and again, at least twice in its time, also during a reload") {
  const Systemd systemd;
  hostile::Program program({"broker.workers=2"}, {systemd.variable(), "WATCHDOG_USEC=2000000"});
  CHECK(systemd.next() == "READY=1\nSTATUS=serving");
  auto last = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) {
    CHECK(systemd.next() == "WATCHDOG=1");
    const auto now = std::chrono::steady_clock::now();
    CHECK(now - last < 2s);  // 0.5 s, and what a loaded machine adds
    last = now;
  }
  program.hang_up();
  CHECK(systemd.next_event() == "RELOADING=1");
  CHECK(systemd.next_event() == "READY=1");
  CHECK(systemd.next() == "WATCHDOG=1");
  CHECK(program.stop() == 0);
  CHECK(systemd.next_event() == "STOPPING=1\nSTATUS=stopping");
}

TEST_CASE("a watchdog of another process hears nothing of it") {
  const Systemd systemd;
  hostile::Program program({}, {systemd.variable(), "WATCHDOG_USEC=4000", "WATCHDOG_PID=1"});
  CHECK(systemd.next() == "READY=1\nSTATUS=serving");
  SocketClient client(program.port());
  CHECK(client.connect("c"));
  CHECK(program.stop() == 0);
  CHECK(systemd.next() == "STOPPING=1\nSTATUS=stopping");
}

TEST_CASE("a worker that hangs is noticed while the others go on, and when it goes on too") {
  Stopper stopper;
  app::Config config;
  config.broker.workers = 2;
  std::atomic<int> signs{0};
  RunningServer server(config, {}, {&stopper},
                       [&](app::Server& opened) { opened.watch(20ms, [&] { ++signs; }); });
  CHECK(comes_true([&] { return signs > 2; }));
  SocketClient client(server.port()), other(server.port());
  REQUIRE(client.connect(id_on(1)));
  REQUIRE(other.connect(id_on(0)));
  CHECK(client.send("30 06 00 04 'hang'"));
  REQUIRE(comes_true([&] { return stopper.is_held(); }));
  CHECK(comes_true([&] { return server.has_logged({"worker_silent", "workers=1"}); }));
  const int before = signs;
  const auto rounds_later = std::chrono::steady_clock::now() + 200ms;
  while (std::chrono::steady_clock::now() < rounds_later)
    REQUIRE((other.send("C0 00") && other.expect("D0 00")));  // the first worker turns
  CHECK(signs == before);
  stopper.let_go();
  CHECK(comes_true([&] { return signs > before + 2; }));
}
