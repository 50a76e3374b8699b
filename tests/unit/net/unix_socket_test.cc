// SPDX-License-Identifier: Apache-2.0
#include "broker/net/unix_socket.h"

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/stat.h>

#include "tests/support/certificates.h"

namespace {

TEST_CASE("a unix socket has the mode it shall have") {
  const support::Folder folder;
  const auto bound = net::bind_unix({folder.path("s"), 0640, ""});
  REQUIRE(bound);
  struct stat status {};
  REQUIRE(stat(folder.path("s").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0640U);
}

TEST_CASE("one that a process has left is replaced, one that is served is not") {
  const support::Folder folder;
  const net::UnixPlace place{folder.path("s"), 0600, ""};
  CHECK(net::bind_unix(place));
  const auto again = net::bind_unix(place);
  REQUIRE(again);
  REQUIRE(listen(again->get(), 1) == 0);
  const auto taken = net::bind_unix(place);
  REQUIRE_FALSE(taken);
  CHECK(taken.error() ==
        "unix:" + place.path + " is taken by another program; stop that one or choose another path");
}

TEST_CASE("a file that is no socket is left alone") {
  const support::Folder folder;
  folder.write("s", "precious");
  CHECK_FALSE(net::bind_unix({folder.path("s"), 0600, ""}));
  struct stat status {};
  REQUIRE(stat(folder.path("s").c_str(), &status) == 0);
  CHECK(status.st_size == 8);
}

TEST_CASE("an owner that is nobody is an error that names him") {
  const support::Folder folder;
  const auto bound = net::bind_unix({folder.path("s"), 0600, "nobody-of-that-name"});
  REQUIRE_FALSE(bound);
  CHECK_THAT(bound.error(), Catch::EndsWith("there is no user nobody-of-that-name"));
}

TEST_CASE("the file goes with its owner") {
  const support::Folder folder;
  const auto bound = net::bind_unix({folder.path("s"), 0600, ""});
  { const net::SocketFile file(folder.path("s")); }
  struct stat status {};
  CHECK(stat(folder.path("s").c_str(), &status) != 0);
}

}  // namespace
