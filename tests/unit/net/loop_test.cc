// SPDX-License-Identifier: Apache-2.0
#include "broker/net/loop.h"

#include <string>

#include <catch2/catch.hpp>

#include "broker/net/timer.h"
#include "broker/net/wakeup.h"

TEST_CASE("a turn ends in before_flush, the flush, after_flush; stop lets the turn end first") {
  net::Loop loop;
  std::string order;
  loop.set_hooks({.before_flush =
                      [&] {
                        order += 'b';
                        return order.size() < 6;
                      },
                  .after_flush =
                      [&] {
                        order += 'a';
                        if (order.size() == 6) loop.stop();
                      }});
  net::Timer keeps_running(loop, [] {});
  keeps_running.set(loop.now() + std::chrono::hours(1));
  loop.run();
  CHECK(order == "bababa");
}

TEST_CASE("a timer comes at its time, once, and can be moved") {
  net::Loop loop;
  int came = 0;
  net::Timer stops(loop, [&] { loop.stop(); });
  net::Timer timer(loop, [&] {
    ++came;
    stops.set(loop.now() + base::Duration(5));
  });
  timer.set(loop.now() + std::chrono::hours(1));
  timer.set(loop.now() + base::Duration(1));
  loop.run();
  CHECK(came == 1);
}

TEST_CASE("a wake-up reaches the loop") {
  net::Loop loop;
  bool woke = false;
  net::Wakeup wakeup(loop, [&] {
    woke = true;
    loop.stop();
  });
  wakeup.wake();
  loop.run();
  CHECK(woke);
}

TEST_CASE("bytes kept until the flush stay where they are while others are kept") {
  net::Loop loop;
  const auto first = loop.keep_until_flush({1, 2, 3});
  for (int i = 0; i < 100; ++i) loop.keep_until_flush(std::vector<std::uint8_t>(1000));
  CHECK(first[2] == 3);
}
