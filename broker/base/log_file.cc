// SPDX-License-Identifier: Apache-2.0
#include "broker/base/log_file.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace base {
namespace {

constexpr mode_t owner_and_group = 0640;

tl::unexpected<std::string> cannot_open(const std::string& path, const std::string& why) {
  return make_unexpected("cannot open the log file " + path + ": " + why);
}

/// O_NONBLOCK, as a FIFO without a reader would not be opened before it has one.
Expected<int, std::string> open_to_append(const std::string& path) {
  const int descriptor = ::open(
      path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, owner_and_group);
  if (descriptor < 0) {
    const int error = errno;
    const std::string why = std::generic_category().message(error);
    return cannot_open(path, error == ENOENT ? why + "; make its folder" : why);
  }
  struct stat file = {};
  if (fstat(descriptor, &file) == 0 && S_ISREG(file.st_mode)) return descriptor;
  close(descriptor);
  return cannot_open(path, "it is no regular file; without broker.log_file the log goes to standard error");
}

}  // namespace

Expected<std::unique_ptr<LogFile>, std::string> LogFile::open(std::string path) {
  const auto descriptor = open_to_append(path);
  if (!descriptor) return make_unexpected(descriptor.error());
  return std::unique_ptr<LogFile>(new LogFile(std::move(path), *descriptor));
}

LogFile::~LogFile() { close(descriptor_); }

Expected<void, std::string> LogFile::reopen() {
  const auto descriptor = open_to_append(path_);
  if (!descriptor) return make_unexpected(descriptor.error());
  const std::lock_guard lock(mutex_);
  close(std::exchange(descriptor_, *descriptor));
  is_torn_ = false;
  return {};
}

bool LogFile::append(std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (is_torn_ && write(descriptor_, "\n", 1) != 1) return false;
  const ssize_t taken = write(descriptor_, line.data(), line.size());
  is_torn_ = taken > 0 && static_cast<std::size_t>(taken) < line.size();
  return taken == static_cast<ssize_t>(line.size());
}

}  // namespace base
