// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/password_work.h"

#include <algorithm>
#include <iterator>
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
  forget_waiting(request.from);
  return true;
}

/// Under the mutex.
void PasswordWork::forget_waiting(const Ip& origin) {
  const auto found = waiting_of_.find(origin);
  if (--found->second == 0) waiting_of_.erase(found);
}

void PasswordWork::withdraw(const std::function<bool(const Ip& from, const std::string& user)>& is_unwanted) {
  std::vector<Request> withdrawn;
  {
    const std::scoped_lock lock(mutex_);
    const auto unwanted = std::stable_partition(
        queue_.begin(), queue_.end(),
        [&is_unwanted](const Request& request) { return !is_unwanted(request.from, request.user); });
    withdrawn.assign(std::move_iterator(unwanted), std::move_iterator(queue_.end()));
    queue_.erase(unwanted, queue_.end());
    for (const Request& request : withdrawn) forget_waiting(request.from);
  }
  for (Request& request : withdrawn) {
    OPENSSL_cleanse(request.password.data(), request.password.size());
    request.done(Verdict::withdrawn);
  }
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
