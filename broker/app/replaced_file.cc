// SPDX-License-Identifier: Apache-2.0
#include "broker/app/replaced_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/app/config/environment.h"

namespace app {
namespace {

namespace fs = std::filesystem;

using Done = base::Expected<void, std::string>;

constexpr mode_t mode_of_new_files = 0600;
constexpr mode_t mode_bits = 07777;

auto failed(std::string_view what, const fs::path& path) {
  return base::make_unexpected(fmt::format("{} {}: {}", path.string(), what, std::strerror(errno)));
}

/// Closed with it.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

/// A file beside the one that it is to become; gone with it unless it has.
class Successor {
 public:
  explicit Successor(const fs::path& target)
      : target_(target),
        name_((target.parent_path() / ("." + target.filename().string() + ".XXXXXX")).string()) {
    descriptor_ = mkostemp(name_.data(), O_CLOEXEC);
  }
  ~Successor() {
    if (descriptor_ < 0) return;
    close(descriptor_);
    if (!is_in_place_) unlink(name_.c_str());
  }
  Successor(const Successor&) = delete;
  Successor& operator=(const Successor&) = delete;

  /// `before`: null where there is no file yet.
  Done fill(std::string_view text, const struct stat* before) {
    if (descriptor_ < 0) return failed("cannot be written: no file can be made beside it", target_);
    if (before != nullptr && fchown(descriptor_, before->st_uid, before->st_gid) != 0) {
      return failed("cannot be replaced under its owner", target_);
    }
    const mode_t mode = before == nullptr ? mode_of_new_files : before->st_mode & mode_bits;
    if (fchmod(descriptor_, mode) != 0) return failed("cannot be replaced with its mode", target_);
    while (!text.empty()) {
      const ssize_t written = write(descriptor_, text.data(), text.size());
      if (written < 0) return failed("cannot be written", target_);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fsync(descriptor_) != 0) return failed("cannot be written", target_);
    return {};
  }
  Done take_place() {
    if (std::rename(name_.c_str(), target_.c_str()) != 0) return failed("cannot be replaced", target_);
    is_in_place_ = true;
    return {};
  }

 private:
  fs::path target_;
  std::string name_;
  int descriptor_ = -1;
  bool is_in_place_ = false;
};

/// Where `path` leads in the end; also to a file that does not exist yet.
base::Expected<fs::path, std::string> real_path(const fs::path& path) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(path, error);
  if (error) return base::make_unexpected(fmt::format("{}: {}", path.string(), error.message()));
  if (fs::is_symlink(real, error))
    return base::make_unexpected(path.string() + " is a link that leads nowhere");
  return real;
}

Done replace(const fs::path& file, const Edit& edit, const Descriptor& folder) {
  struct stat before = {};
  const bool exists = stat(file.c_str(), &before) == 0;
  if (!exists && errno != ENOENT) return failed("cannot be read", file);
  if (exists && !S_ISREG(before.st_mode)) return base::make_unexpected(file.string() + " is no file");
  base::Expected<std::string, std::string> text;
  if (exists) text = read_file(file.string());
  if (!text) return base::make_unexpected(text.error());
  const std::optional<std::string> changed = edit(*text);
  if (!changed) return {};
  Successor successor(file);
  if (Done filled = successor.fill(*changed, exists ? &before : nullptr); !filled) return filled;
  if (Done placed = successor.take_place(); !placed) return placed;
  static_cast<void>(fsync(folder.number()));  // not every file system can
  return {};
}

}  // namespace

base::Expected<void, std::string> change_file(const std::string& path, const Edit& edit) {
  const auto file = real_path(fs::absolute(path));
  if (!file) return base::make_unexpected(file.error());
  const Descriptor folder(open(file->parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open() || flock(folder.number(), LOCK_EX) != 0) {
    return failed("cannot be opened", file->parent_path());
  }
  return replace(*file, edit, folder);
}

}  // namespace app
