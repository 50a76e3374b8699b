// SPDX-License-Identifier: Apache-2.0
#include "broker/net/tcp_listener.h"

#include <vector>

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/support/socket_client.h"

using support::SocketClient;

namespace {

/// As long as it lives, this process gets no descriptor with a number of `first` or above. Nothing is checked
/// meanwhile: the sanitizers need descriptors to look at memory.
class NoDescriptors {
 public:
  explicit NoDescriptors(int first) {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit tight = before_;
    tight.rlim_cur = static_cast<rlim_t>(first);
    setrlimit(RLIMIT_NOFILE, &tight);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

int lowest_free() {
  const int fd = dup(STDIN_FILENO);
  close(fd);
  return fd;
}

/// A listener that ends the loop with whatever happens, and notes it.
struct Door {
  Door() {
    auto opened = net::TcpListener::open(loop, {.address = *net::parse_address("127.0.0.1", 0)},
                                         {[this](std::unique_ptr<net::TcpStream> stream) {
                                            streams.push_back(std::move(stream));
                                            loop.stop();
                                          },
                                          [this](std::optional<net::Address> peer, int with) {
                                            (peer ? refused : pauses) += 1;
                                            if (peer) last_refused = *peer;
                                            status = with;
                                            loop.stop();
                                          }});
    REQUIRE(opened);
    listener = *std::move(opened);
  }
  std::uint16_t port() const { return listener->address().port; }
  /// A loop that has been stopped once takes one look at its sockets a run.
  template <class Condition>
  void run_until(Condition is_reached) {
    while (!is_reached()) loop.run();
  }

  net::Loop loop;
  std::unique_ptr<net::TcpListener> listener;
  std::vector<std::unique_ptr<net::TcpStream>> streams;
  int refused = 0;
  int pauses = 0;
  net::Address last_refused;
  int status = 0;
};

/// The kernel hands a connection over when the client has spoken.
SocketClient knock(std::uint16_t port) {
  SocketClient client(port);
  CHECK(client.send("10"));
  return client;
}

}  // namespace

TEST_CASE(
    "F5: without a free descriptor a newcomer is closed at once and named; with one the next comes in") {
  Door door;
  SocketClient first = knock(door.port());
  SocketClient second = knock(door.port());
  {
    const NoDescriptors none(lowest_free());
    door.run_until([&] { return door.refused == 2; });
  }
  CHECK(door.status == UV_EMFILE);
  CHECK(door.pauses == 0);
  CHECK(first.is_closed());
  CHECK(second.is_closed());
  CHECK(door.last_refused.text().starts_with("127.0.0.1:"));
  CHECK(door.last_refused.port != 0);
  SocketClient third = knock(door.port());
  door.run_until([&] { return !door.streams.empty(); });
  CHECK(door.streams.size() == 1);
}

TEST_CASE("F5: without even a spare descriptor accepting pauses instead of spinning, and then goes on") {
  Door door;
  SocketClient client = knock(door.port());
  base::TimePoint paused;
  base::TimePoint paused_again;
  {
    const NoDescriptors none(0);
    door.run_until([&] { return door.pauses == 1; });
    paused = door.loop.now();
    door.run_until([&] { return door.pauses == 2; });
    paused_again = door.loop.now();
  }
  CHECK(door.refused == 0);
  CHECK(paused_again - paused >= base::Duration(100));
  door.run_until([&] { return !door.streams.empty(); });
  CHECK(door.streams.size() == 1);
}

TEST_CASE("many who knock at once all come in, over several turns") {
  Door door;
  std::vector<SocketClient> clients;
  for (int i = 0; i < 300; ++i) clients.push_back(knock(door.port()));
  door.loop.run();
  CHECK(door.streams.size() < clients.size());
  door.run_until([&] { return door.streams.size() == clients.size(); });
  CHECK(door.refused == 0);
}
