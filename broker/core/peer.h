// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "broker/core/message.h"

namespace core {

/// Another place that may hold subscribers: a worker of this process, or a node of a cluster. The message is
/// borrowed; a peer that passes it to another thread copies it.
class Peer {
 public:
  virtual void forward(const Message& message) = 0;

 protected:
  ~Peer() = default;
};

}  // namespace core
