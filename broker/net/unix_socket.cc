// SPDX-License-Identifier: Apache-2.0
#include "broker/net/unix_socket.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace net {
namespace {

constexpr uid_t nobody_new = static_cast<uid_t>(-1);  // chown leaves it as it is

sockaddr_un to_sockaddr_un(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

int open_socket() { return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

/// Whether somebody listens there.
bool is_served(const sockaddr_un& address) {
  const Descriptor probe(open_socket());
  if (!probe) return false;
  return connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
         errno == EAGAIN;
}

bool is_socket(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

std::optional<unsigned> number_of(const std::string& text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<uid_t> user_of(const std::string& name) {
  if (name.empty()) return nobody_new;
  if (const auto number = number_of(name)) return *number;
  const passwd* entry = getpwnam(name.c_str());
  return entry == nullptr ? std::nullopt : std::optional(entry->pw_uid);
}

std::optional<gid_t> group_of(const std::string& name) {
  if (name.empty()) return nobody_new;
  if (const auto number = number_of(name)) return *number;
  const group* entry = getgrnam(name.c_str());
  return entry == nullptr ? std::nullopt : std::optional(entry->gr_gid);
}

/// What went wrong; empty: nothing.
std::string give_to(const UnixPlace& place) {
  if (place.owner.empty()) return {};
  const std::size_t colon = place.owner.find(':');
  const std::string user = place.owner.substr(0, colon);
  const std::string group = colon == std::string::npos ? "" : place.owner.substr(colon + 1);
  const auto uid = user_of(user);
  const auto gid = group_of(group);
  if (!uid) return "there is no user " + user;
  if (!gid) return "there is no group " + group;
  return chown(place.path.c_str(), *uid, *gid) == 0 ? "" : std::strerror(errno);
}

tl::unexpected<std::string> failed(const UnixPlace& place, const std::string& what) {
  return base::make_unexpected("unix:" + place.path + " " + what);
}

}  // namespace

base::Expected<Descriptor, std::string> bind_unix(const UnixPlace& place) {
  const sockaddr_un address = to_sockaddr_un(place.path);
  if (is_socket(place.path)) {
    if (is_served(address))
      return failed(place, "is taken by another program; stop that one or choose another path");
    unlink(place.path.c_str());
  }
  Descriptor bound(open_socket());
  if (!bound || bind(bound.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return failed(place, std::string("cannot be bound: ") + std::strerror(errno));
  if (chmod(place.path.c_str(), place.mode) != 0)
    return failed(place, std::string("cannot have its unix_mode: ") + std::strerror(errno));
  if (const std::string wrong = give_to(place); !wrong.empty())
    return failed(place, "cannot have its unix_owner: " + wrong);
  return bound;
}

SocketFile::~SocketFile() { unlink(path_.c_str()); }

}  // namespace net
