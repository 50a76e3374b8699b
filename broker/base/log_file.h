// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "broker/base/expected.h"
#include "broker/base/log.h"

namespace base {

/// The file a log is appended to. It can be opened anew by its name, for those who rename it away
/// (logrotate). Owned by main; any thread.
class LogFile {
 public:
  /// Makes the file if there is none, readable for its owner and group. The error is a sentence that names
  /// the path; what is no regular file is refused.
  static Expected<std::unique_ptr<LogFile>, std::string> open(std::string path);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  /// Lines go to the file that has the name now. With an error they go where they went before.
  Expected<void, std::string> reopen();
  /// Whether all of `line`, which ends in a line break, is in the file. A full disk may take a part: what
  /// comes next begins a line of its own.
  bool append(std::string_view line);

 private:
  LogFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  const std::string path_;
  std::mutex mutex_;  // held over a write: lines are whole and in their order
  int descriptor_;
  bool is_torn_ = false;  // the last line lacks its end
};

/// A log that `file` gets, which outlives it. What a full disk does not take is counted, and "log_lost
/// lines=N" stands before the next line it takes. Errors go to standard error too, where those look who
/// wonder why it did not start.
Log log_to(LogFile& file, Level least, LogFormat format);

}  // namespace base
