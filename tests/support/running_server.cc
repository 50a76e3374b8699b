// SPDX-License-Identifier: Apache-2.0
#include "tests/support/running_server.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "broker/base/check.h"

namespace support {

app::Config loopback_config() {
  app::Config config;
  config.listeners.front().bind = app::TcpBind{"127.0.0.1", 0};
  return config;
}

RunningServer::RunningServer(app::Config config, net::LoopSizes sizes, std::vector<plugin::Plugin*> plugins,
                             const std::function<void(app::Server&)>& before_run)
    : log_(base::Level::debug, base::LogFormat::text, [this](base::Level, std::string_view line) {
        const std::scoped_lock lock(mutex_);
        lines_.emplace_back(line);
      }) {
  std::signal(SIGPIPE, SIG_IGN);  // as main does
  config.listeners.front().bind = app::TcpBind{"127.0.0.1", 0};
  if (config.broker.workers == 0) config.broker.workers = 1;  // several only where a test says so
  if (config.broker.data_dir == app::Config{}.broker.data_dir) config.broker.data_dir.clear();  // likewise
  auto opened = app::Server::open(config, log_, std::move(plugins), sizes);
  CHECK(opened.has_value());
  server_ = std::move(*opened);
  if (before_run) before_run(*server_);
  thread_ = std::thread([this] { server_->run(); });
}

RunningServer::~RunningServer() { stop(); }

void RunningServer::stop() {
  if (!thread_.joinable()) return;
  server_->stop();
  thread_.join();
}

bool RunningServer::has_logged(std::initializer_list<std::string_view> words) const {
  const std::scoped_lock lock(mutex_);
  return std::ranges::any_of(lines_, [&](const std::string& line) {
    return std::ranges::all_of(words,
                               [&](std::string_view word) { return line.find(word) != std::string::npos; });
  });
}

}  // namespace support
