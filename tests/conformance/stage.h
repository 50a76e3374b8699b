// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/time.h"

namespace conformance {

/// A broker with clients that have names, for one case. What a client sends has been dealt with before
/// another client acts.
class Stage {
 public:
  virtual ~Stage() = default;
  /// Over the client's connection; a new one when it has none. What cannot be sent any more is not.
  virtual void send(const std::string& client, base::Bytes bytes) = 0;
  /// What `client` is sent next, `count` bytes of it; fewer when there are no more.
  virtual std::vector<std::uint8_t> receive(const std::string& client, std::size_t count) = 0;
  /// Whether the broker has ended the client's connection, with nothing more said. The client then has none.
  virtual bool is_closed(const std::string& client) = 0;
  /// The connection is lost; what came over it and was not received is gone with it.
  virtual void drop(const std::string& client) = 0;
  virtual void pass(base::Duration duration) = 0;
};

}  // namespace conformance
