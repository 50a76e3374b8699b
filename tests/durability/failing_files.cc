// SPDX-License-Identifier: Apache-2.0
// Preloaded into the broker: while the file that MESHBROKER_FAILING_FLAG names exists, what writes to files
// under MESHBROKER_FAILING_DIR fails as the flag says: with the errno whose number it holds, or, when that is
// 0, by dying of SIGKILL behind half of a write. System calls are made as such, so that neither libc nor a
// sanitizer is asked for its functions before it is ready.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace {

constexpr int no_fault = -1;
constexpr int dies = 0;

/// The number in the flag file; no_fault: there is none.
int fault_told() {
  const char* flag = std::getenv("MESHBROKER_FAILING_FLAG");
  if (flag == nullptr) return no_fault;
  const auto fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, flag, O_RDONLY | O_CLOEXEC, 0));
  if (fd < 0) return no_fault;
  char digits[8] = {};
  const long got = syscall(SYS_read, fd, digits, sizeof digits - 1);
  syscall(SYS_close, fd);
  return got <= 0 ? no_fault : std::atoi(digits);
}

bool is_watched(int fd) {
  const char* folder = std::getenv("MESHBROKER_FAILING_DIR");
  if (folder == nullptr) return false;
  char link[40];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  char path[4096];
  const long length = syscall(SYS_readlink, link, path, sizeof path);
  return length > 0 && std::string_view(path, static_cast<std::size_t>(length)).starts_with(folder);
}

/// What is to happen to a call on `fd`. errno stays as it was when nothing is.
int fault_of(int fd) {
  const int before = errno;
  const int fault = is_watched(fd) ? fault_told() : no_fault;
  errno = before;
  return fault;
}

long fail(int fault) {
  if (fault == dies) syscall(SYS_kill, getpid(), SIGKILL);
  errno = fault;
  return -1;
}

ssize_t write_at(int fd, const void* bytes, size_t count, off_t at) {
  const int fault = fault_of(fd);
  if (fault == no_fault) return syscall(SYS_pwrite64, fd, bytes, count, at);
  if (fault == dies) syscall(SYS_pwrite64, fd, bytes, count / 2, at);
  return fail(fault);
}

template <class... Arguments>
int call(long number, int fd, Arguments... arguments) {
  const int fault = fault_of(fd);
  return static_cast<int>(fault == no_fault ? syscall(number, fd, arguments...) : fail(fault));
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t count) {
  const int fault = fault_of(fd);
  if (fault == no_fault) return syscall(SYS_write, fd, bytes, count);
  if (fault == dies) syscall(SYS_write, fd, bytes, count / 2);
  return fail(fault);
}

ssize_t pwrite(int fd, const void* bytes, size_t count, off_t at) { return write_at(fd, bytes, count, at); }
ssize_t pwrite64(int fd, const void* bytes, size_t count, off_t at) { return write_at(fd, bytes, count, at); }

int fsync(int fd) { return call(SYS_fsync, fd); }
int fdatasync(int fd) { return call(SYS_fdatasync, fd); }
int ftruncate(int fd, off_t length) noexcept { return call(SYS_ftruncate, fd, length); }
int ftruncate64(int fd, off_t length) noexcept { return call(SYS_ftruncate, fd, length); }

}  // extern "C"
