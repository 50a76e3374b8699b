// SPDX-License-Identifier: Apache-2.0
#include "mesh/signature_checker.h"

#include <utility>

namespace mesh {

SignatureChecker::SignatureChecker(std::size_t limit) : limit_(limit), thread_([this] { run(); }) {}

SignatureChecker::~SignatureChecker() {
  ends_.store(true);
  submitted_.fetch_add(1);
  submitted_.notify_one();
  thread_.join();
}

bool SignatureChecker::submit(SignatureCheck check) {
  const bool has_room = work_.with([this, &check](Work& work) {
    if (work.waiting.size() + work.being_done + work.done.size() >= limit_) return false;
    work.waiting.push_back(std::move(check));
    return true;
  });
  if (!has_room) return false;
  submitted_.fetch_add(1);
  submitted_.notify_one();
  return true;
}

std::vector<SignatureResult> SignatureChecker::take_results() {
  return work_.with([](Work& work) { return std::exchange(work.done, {}); });
}

void SignatureChecker::wait_until_done() {
  const std::uint32_t target = submitted_.load();
  for (std::uint32_t verified = verified_.load(); verified != target; verified = verified_.load())
    verified_.wait(verified);
}

/// Takes everything that waits, one by one verified outside the lock.
void SignatureChecker::run() {
  while (true) {
    const std::uint32_t seen = submitted_.load();
    const std::vector<SignatureCheck> checks = work_.with([](Work& work) {
      work.being_done = work.waiting.size();
      return std::exchange(work.waiting, {});
    });
    for (const SignatureCheck& check : checks) {
      if (ends_.load()) return;
      const bool is_valid = is_signed_by(check.key, base::as_bytes(check.message), check.signature);
      work_.with([&check, is_valid](Work& work) {
        --work.being_done;
        work.done.push_back({check.packet, is_valid});
      });
      verified_.fetch_add(1);
      verified_.notify_all();
    }
    if (ends_.load()) return;
    if (checks.empty()) submitted_.wait(seen);
  }
}

}  // namespace mesh
