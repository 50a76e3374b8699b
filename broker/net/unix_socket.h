// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "broker/base/expected.h"
#include "broker/net/descriptor.h"

namespace net {

/// Where a unix socket is to be, with the permissions of its file, and whose it is ("user", "user:group" or
/// ":group", names or numbers; empty: the process's).
struct UnixPlace {
  std::string path;
  std::uint16_t mode;
  std::string owner;
};

/// A bound socket that does not listen yet, so that nobody connects before mode and owner hold. A file that a
/// process left there is replaced, one that somebody serves is not. The error names the path.
[[nodiscard]] base::Expected<Descriptor, std::string> bind_unix(const UnixPlace& place);

/// The file of a unix socket that goes with its owner.
class SocketFile {
 public:
  explicit SocketFile(std::string path) : path_(std::move(path)) {}
  ~SocketFile();
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;

 private:
  std::string path_;
};

}  // namespace net
