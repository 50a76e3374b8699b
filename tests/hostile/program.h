// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace hostile {

/// The built meshbroker as a child process, on a free port of loopback, with nothing of the environment but a
/// sanitizer's options. What it logs goes to a file without a name. Owned by one thread; the const functions
/// that ask about the process are for any.
class Program {
 public:
  /// Each setting as after --set: "limits.inflight=50"; the last of a name counts. `environment` is added:
  /// "NAME=value". The settings stand above those of `config_file`.
  explicit Program(const std::vector<std::string>& settings, std::vector<std::string> environment = {},
                   std::string config_file = "/dev/null");
  /// Kills it if it still runs.
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// 0: it did not come up; its log says why.
  std::uint16_t port() const { return port_; }
  /// Bytes of its memory that no file stands behind: heap, stacks, a sanitizer's shadow. 0: it is gone.
  std::size_t resident_bytes() const;
  std::size_t open_descriptors() const;
  /// How long so far its main thread was ready to run and no processor was free for it.
  std::chrono::nanoseconds starved() const;
  bool is_running();
  /// SIGTERM. The exit code, -1 when a signal ended it or it did not end in time. A sanitizer that found
  /// something, leaks too, makes it another than 0.
  int stop();
  /// SIGHUP.
  void hang_up() const;
  /// SIGKILL; gone when this returns.
  void kill_now();
  std::string log() const;

 private:
  void start(const std::vector<std::string>& settings, std::vector<std::string> environment);
  [[nodiscard]] bool wait_for_end(int timeout_ms);

  const std::string config_file_;
  pid_t pid_ = -1;
  int process_ = -1;  // a descriptor that is readable when it has ended
  int log_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace hostile
