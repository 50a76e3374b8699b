// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "broker/core/outgoing.h"
#include "broker/core/stamp.h"

namespace core {

/// Other places that may hold subscribers: the other workers of this process, or the nodes of a cluster.
class Peer {
 public:
  /// A message that entered the broker here; valid during the call, which does not fail.
  /// `stamp` is not 0 when the message is retained. The journal keeps it for the lasting sessions of whoever
  /// has not taken it yet.
  virtual void forward(Outgoing& outgoing, Stamp stamp) = 0;
  /// As plugin::Host asks: yes for nothing is allowed, a wrong no is not.
  virtual bool wants_below(std::string_view first_level) const = 0;
  virtual bool wants_named(std::string_view topic) const = 0;
  virtual bool wants_any_named() const = 0;

 protected:
  ~Peer() = default;
};

}  // namespace core
