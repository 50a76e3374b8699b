// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "broker/auth/ip.h"
#include "broker/auth/password_file.h"
#include "broker/base/counters.h"

namespace auth {

enum class WorkMetric : std::uint8_t { verified, queue_full, end_ };

inline constexpr std::array<std::string_view, static_cast<std::size_t>(WorkMetric::end_)> work_metric_names =
    {
        "passwords_verified",
        "password_queue_full",
};

/// Verifies passwords off the loops: a few threads of its own, so that logins take neither all memory nor all
/// cores, and a bounded queue in front of them. Owned by the server; outlived by what `done` touches.
class PasswordWork {
 public:
  struct Limits {
    std::uint32_t threads = 2;        // computations at a time
    std::size_t waiting = 256;        // beside those: some seconds of work
    std::size_t waiting_of_one = 64;  // of them, from one address (an IPv6 /64)
  };
  struct Request {
    std::shared_ptr<const Users> users;  // as they are now: a reload makes others
    std::string user;
    std::string password;
    Ip from{};
    /// On one of the threads: hands the verdict to the loop that asked. Takes no time.
    std::function<void(Verdict)> done;
  };

  /// Its threads begin with the first request: most brokers have no users.
  explicit PasswordWork(Limits limits) : limits_(limits) {}
  ~PasswordWork() { stop(); }
  PasswordWork(const PasswordWork&) = delete;
  PasswordWork& operator=(const PasswordWork&) = delete;

  /// Any thread. False: too much waits already, or it is stopping; `done` is not called then. The client
  /// hears "server unavailable".
  [[nodiscard]] bool submit(Request request);
  /// Requests that wait and for which `is_unwanted` are not looked at: their verdict is `withdrawn`. Any
  /// thread.
  void withdraw(const std::function<bool(const Ip& from, const std::string& user)>& is_unwanted);
  /// Ends what is being computed and drops what waits. From here on no `done` is called.
  void stop();

  std::size_t waiting();
  std::vector<base::Count> counts() const { return counters_.read(); }

 private:
  void run();
  bool take(Request& request);
  void forget_waiting(const Ip& origin);
  bool has_room_for(const Ip& origin);

  const Limits limits_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<Request> queue_;             // under the mutex, as the next two
  std::map<Ip, std::size_t> waiting_of_;  // by origin; none is zero
  bool is_stopping_ = false;
  base::Counters<WorkMetric, base::Writers::several> counters_{work_metric_names};
  std::vector<std::thread> threads_;
};

}  // namespace auth
