// SPDX-License-Identifier: Apache-2.0
#include "broker/net/notify_socket.h"

#include <cstddef>
#include <string>

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/certificates.h"

using net::NotifySocket;

namespace {

/// What systemd has at the other end.
class Listening {
 public:
  explicit Listening(const std::string& name) : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path - 1);
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    REQUIRE(bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
  }
  /// Empty: nothing has come.
  std::string next() const {
    std::string text(100, ' ');
    const ssize_t got = recv(socket_.get(), text.data(), text.size(), 0);
    return got < 0 ? "" : text.substr(0, static_cast<std::size_t>(got));
  }

 private:
  net::Descriptor socket_;
};

}  // namespace

TEST_CASE("what is said to a path or to an abstract name arrives as one datagram") {
  const support::Folder folder;
  const std::string name =
      GENERATE(true, false) ? folder.path("notify") : "@meshbroker-test-" + std::to_string(getpid());
  const Listening systemd(name);
  const auto socket = NotifySocket::open(name);
  REQUIRE(socket);
  socket->say("READY=1\nSTATUS=serving");
  CHECK(systemd.next() == "READY=1\nSTATUS=serving");
}

TEST_CASE("nobody at the other end, or one that does not read, holds nobody up") {
  const support::Folder folder;
  const auto socket = NotifySocket::open(folder.path("notify"));
  REQUIRE(socket);
  socket->say("READY=1");
  const Listening systemd(folder.path("notify"));
  for (int i = 0; i < 10'000; ++i) socket->say("STATUS=serving");
  CHECK(systemd.next() == "STATUS=serving");
}

TEST_CASE("the watchdog's time is for the process it names, and for whoever reads it when it names none") {
  using std::chrono_literals::operator""ms;
  CHECK(net::watchdog_time("30000000", "", 7) == 30'000ms);
  CHECK(net::watchdog_time("30000000", "7", 7) == 30'000ms);
  CHECK(net::watchdog_time("18446744073709551614", "", 7) == 18'446'744'073'709'551ms);
  for (const char* usec : {"", "0", "-1", "x", "1s", " 1", "18446744073709551615", "18446744073709551616"})
    CHECK_FALSE(net::watchdog_time(usec, "", 7));
  for (const char* pid : {"8", "0", "-7", "07x", "seven"})
    CHECK_FALSE(net::watchdog_time("30000000", pid, 7));
}

TEST_CASE("a name that no socket can have is no socket") {
  CHECK_FALSE(NotifySocket::open(""));
  CHECK_FALSE(NotifySocket::open("relative"));
  CHECK_FALSE(NotifySocket::open("/" + std::string(200, 'a')));
}
