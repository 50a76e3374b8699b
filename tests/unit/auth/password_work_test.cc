// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/password_work.h"

#include <array>
#include <atomic>
#include <future>

#include <catch2/catch.hpp>

namespace {

using auth::PasswordWork;
using auth::Verdict;

std::shared_ptr<const auth::Users> users() {
  auto parsed = auth::Users::parse(
      "ann:$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$a+14sZrM3WlHRqt5/WdCUV/JLk6EZ2msKUAUr2unNqI\n", "users");
  REQUIRE(parsed);
  return std::make_shared<const auth::Users>(*std::move(parsed));
}

auth::Ip address(std::uint8_t last) { return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, last}; }

/// A computation that goes on until it is let go.
class Blockade {
 public:
  explicit Blockade(const std::shared_ptr<const auth::Users>& users) : users_(users) {}
  ~Blockade() { lift(); }
  Blockade(const Blockade&) = delete;
  Blockade& operator=(const Blockade&) = delete;

  /// Keeps one thread busy; back when it is.
  void hold(PasswordWork& work) {
    const auto begun = std::make_shared<std::promise<void>>();
    REQUIRE(work.submit({users_, "ann", "secret", address(200), [lifted = lifted_, begun](Verdict) {
                           begun->set_value();
                           lifted.wait();
                         }}));
    begun->get_future().wait();
  }
  void lift() {
    if (!is_lifted_) gate_.set_value();
    is_lifted_ = true;
  }

 private:
  std::shared_ptr<const auth::Users> users_;
  std::promise<void> gate_;
  std::shared_future<void> lifted_ = gate_.get_future().share();
  bool is_lifted_ = false;
};

PasswordWork::Request request(std::shared_ptr<const auth::Users> users, std::uint8_t from = 1) {
  return {std::move(users), "ann", "secret", address(from), [](Verdict) {}};
}

TEST_CASE("verdicts come back for right, wrong and unknown") {
  PasswordWork work({});
  const auto known = users();
  const auto verdict_of = [&](const char* user, const char* password) {
    const auto verdict = std::make_shared<std::promise<Verdict>>();
    REQUIRE(
        work.submit({known, user, password, address(1), [verdict](Verdict v) { verdict->set_value(v); }}));
    return verdict->get_future().get();
  };
  CHECK(verdict_of("ann", "secret") == Verdict::right);
  CHECK(verdict_of("ann", "Secret") == Verdict::wrong);
  CHECK(verdict_of("eve", "secret") == Verdict::wrong);
}

TEST_CASE("two are computed at a time, and no more") {
  const auto known = users();
  PasswordWork work({});
  Blockade blockade(known);
  blockade.hold(work);
  blockade.hold(work);
  for (int i = 0; i < 5; ++i) CHECK(work.submit(request(known)));
  CHECK(work.waiting() == 5);
}

TEST_CASE("a full queue takes nothing more until there is room") {
  const auto known = users();
  PasswordWork work({1, 2, 2});
  Blockade blockade(known);
  blockade.hold(work);
  CHECK(work.submit(request(known, 1)));
  const auto last_done = std::make_shared<std::promise<void>>();
  PasswordWork::Request last = request(known, 2);
  last.done = [last_done](Verdict) { last_done->set_value(); };
  const bool is_last_taken = work.submit(std::move(last));
  CHECK(is_last_taken);
  CHECK_FALSE(work.submit(request(known, 3)));
  CHECK(work.counts().at(1).value == 1);
  blockade.lift();
  last_done->get_future().wait();
  CHECK(work.submit(request(known, 3)));
}

TEST_CASE("one address gets its part of the queue only") {
  const auto known = users();
  PasswordWork work({1, 10, 2});
  Blockade blockade(known);
  blockade.hold(work);
  CHECK(work.submit(request(known, 1)));
  CHECK(work.submit(request(known, 1)));
  CHECK_FALSE(work.submit(request(known, 1)));
  CHECK(work.submit(request(known, 2)));
}

TEST_CASE("what is withdrawn is not looked at, is answered, and makes room") {
  const auto known = users();
  std::vector<Verdict> heard;
  PasswordWork work({1, 3, 2});
  Blockade blockade(known);
  blockade.hold(work);
  for (const std::uint8_t from : std::to_array<std::uint8_t>({1, 2, 1})) {
    PasswordWork::Request each = request(known, from);
    each.done = [&heard](Verdict verdict) { heard.push_back(verdict); };
    const bool is_taken = work.submit(std::move(each));
    CHECK(is_taken);
  }
  work.withdraw([](const auth::Ip& from, const std::string&) { return from == auth::origin_of(address(1)); });
  CHECK(heard == std::vector{Verdict::withdrawn, Verdict::withdrawn});
  CHECK(work.waiting() == 1);
  CHECK(work.submit(request(known, 1)));
  CHECK(work.submit(request(known, 1)));
}

TEST_CASE("stopping drops what waits, and nothing is answered afterwards") {
  const auto known = users();
  std::atomic<int> answered{0};
  PasswordWork work({1, 1'000'000, 1'000'000});
  Blockade blockade(known);
  blockade.hold(work);
  for (int i = 0; i < 5; ++i) {
    PasswordWork::Request counted = request(known);
    counted.done = [&answered](Verdict) { ++answered; };
    const bool is_taken = work.submit(std::move(counted));
    CHECK(is_taken);
  }
  std::thread stopping([&work] { work.stop(); });
  while (work.submit(request(known, 7))) std::this_thread::yield();  // it is stopping when it takes no more
  blockade.lift();
  stopping.join();
  CHECK(answered == 0);
  CHECK_FALSE(work.submit(request(known)));
}

TEST_CASE("many threads may ask at once, and each gets its own answer") {
  const auto known = users();
  std::atomic<int> right{0}, wrong{0}, refused{0};
  PasswordWork work({2, 1000, 1000});
  constexpr int count = 4;
  std::vector<std::thread> askers;
  askers.reserve(count);
  for (int asker = 0; asker < count; ++asker) {
    askers.emplace_back([&, asker] {
      for (int i = 0; i < 50; ++i) {
        PasswordWork::Request next = request(known, static_cast<std::uint8_t>(asker));
        if (i % 2 == 0) next.password = "other";
        next.done = [&](Verdict verdict) { ++(verdict == Verdict::right ? right : wrong); };
        if (!work.submit(std::move(next))) ++refused;
      }
    });
  }
  for (std::thread& asker : askers) asker.join();
  while (right + wrong + refused < 200) std::this_thread::yield();
  CHECK(right == 100);
  CHECK(wrong == 100);
}

}  // namespace
