// SPDX-License-Identifier: Apache-2.0
#include "broker/base/mailbox.h"

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

using base::Mailbox;

TEST_CASE("only the first post into an empty box asks for a wake-up") {
  Mailbox<int> box;
  CHECK(box.post(1));
  CHECK_FALSE(box.post(2));
  CHECK(box.drain() == std::vector{1, 2});
  CHECK(box.post(3));
}

TEST_CASE("an empty box drains to nothing") {
  Mailbox<int> box;
  CHECK(box.drain().empty());
  CHECK(box.post(1));
  CHECK(box.drain().size() == 1);
  CHECK(box.drain().empty());
}

TEST_CASE("mail that can only be moved travels") {
  Mailbox<std::unique_ptr<int>> box;
  CHECK(box.post(std::make_unique<int>(7)));
  CHECK(*box.drain().at(0) == 7);
}

TEST_CASE("mail of several threads arrives whole, each thread's in its order, with a wake-up per filling") {
  constexpr int senders = 3;
  constexpr int each = 5'000;
  Mailbox<std::pair<int, int>> box;
  std::atomic<int> wake_ups = 0;
  std::vector<std::thread> threads;
  threads.reserve(senders);
  for (int sender = 0; sender < senders; ++sender) {
    threads.emplace_back([&box, &wake_ups, sender] {
      for (int i = 0; i < each; ++i) {
        if (box.post({sender, i})) ++wake_ups;
      }
    });
  }
  std::array<int, senders> next{};
  int drained = 0;
  int fillings = 0;
  bool is_ordered = true;
  while (drained < senders * each) {
    const auto mail = box.drain();
    fillings += mail.empty() ? 0 : 1;
    for (const auto& [sender, number] : mail) {
      is_ordered = is_ordered && number == next[static_cast<std::size_t>(sender)]++;
      ++drained;
    }
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(is_ordered);
  CHECK(wake_ups == fillings);
  CHECK(box.drain().empty());
}
