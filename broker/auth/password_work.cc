// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/password_work.h"

#include <utility>

#include <openssl/evp.h>

namespace auth {

bool PasswordWork::has_room_for(const Ip& origin) {
  if (is_stopping_ || queue_.size() >= limits_.waiting) return false;
  const auto found = waiting_of_.find(origin);
  return found == waiting_of_.end() || found->second < limits_.waiting_of_one;
}

bool PasswordWork::submit(Request request) {
  request.from = origin_of(request.from);
  {
    const std::scoped_lock lock(mutex_);
    if (!has_room_for(request.from)) {
      counters_.add(WorkMetric::queue_full);
      return false;
    }
    while (threads_.size() < limits_.threads) threads_.emplace_back([this] { run(); });
    ++waiting_of_[request.from];
    queue_.push_back(std::move(request));
  }
  posted_.notify_one();
  return true;
}

/// The next request; false: there is none any more.
bool PasswordWork::take(Request& request) {
  std::unique_lock lock(mutex_);
  posted_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
  if (is_stopping_) return false;
  request = std::move(queue_.front());
  queue_.pop_front();
  const auto origin = waiting_of_.find(request.from);
  if (--origin->second == 0) waiting_of_.erase(origin);
  return true;
}

void PasswordWork::run() {
  Request request;
  while (take(request)) {
    const Verdict verdict = request.users->verify(request.user, request.password);
    OPENSSL_cleanse(request.password.data(), request.password.size());
    counters_.add(WorkMetric::verified);
    request.done(verdict);
    request = {};
  }
}

void PasswordWork::stop() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
    for (Request& request : queue_) OPENSSL_cleanse(request.password.data(), request.password.size());
    queue_.clear();
    waiting_of_.clear();
  }
  posted_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::size_t PasswordWork::waiting() {
  const std::scoped_lock lock(mutex_);
  return queue_.size();
}

}  // namespace auth
