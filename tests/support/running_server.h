// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "broker/app/server.h"

namespace support {

/// The whole server on a free port of loopback, in a thread of its own, until the end of the test.
class RunningServer {
 public:
  explicit RunningServer(app::Config config = {}, net::LoopSizes sizes = {},
                         std::vector<plugin::Plugin*> plugins = {},
                         const std::function<void(app::Server&)>& before_run = {});
  ~RunningServer();
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  std::uint16_t port() const { return server_->addresses().front().port; }
  void stop();
  app::Server& get() { return *server_; }
  /// Whether any line logged so far has all of `words` in it.
  bool has_logged(std::initializer_list<std::string_view> words) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  base::Log log_;
  std::unique_ptr<app::Server> server_;
  std::thread thread_;
};

/// Everything as shipped, but on a free port of loopback.
app::Config loopback_config();

}  // namespace support
