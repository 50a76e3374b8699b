// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "broker/app/inbox.h"
#include "broker/core/peer.h"

namespace app {

/// The other workers as one peer of the router. Messages gather in a batch for each of them, which is posted
/// before anything is written: a client that has its PUBACK can rely on the mail being there. One FIFO from
/// each worker to each other, so the order of a publisher stays. Owned by a worker; its thread.
class Forwarding final : public core::Peer {
 public:
  /// `inbox` outlives it.
  void add(Inbox& inbox) { routes_.push_back({&inbox, nullptr}); }

  void forward(const mqtt::Publish& publish, core::Stamp stamp) override;
  void post();
  bool is_any_above_mark() const;

 private:
  struct Route {
    Inbox* inbox;
    std::unique_ptr<ForwardBatch> batch;  // null: empty
  };
  static void post(Route& route);
  std::vector<Route> routes_;
};

}  // namespace app
