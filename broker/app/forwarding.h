// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "broker/app/inbox.h"
#include "broker/core/peer.h"

namespace app {

/// The other workers as one peer of the router. Messages gather in a batch for each of them, which is posted
/// before anything is written: a client that has its PUBACK can rely on the mail being there. One FIFO from
/// each worker to each other, so the order of a publisher stays. Owned by a worker; its thread.
class Forwarding final : public core::Peer {
 public:
  /// Of the `from`-th worker. Null: nothing survives a restart. It outlives this.
  Forwarding(std::uint32_t from, core::Journal* journal) : from_(from), journal_(journal) {}

  /// The `to`-th worker's; `inbox` outlives it.
  void add(std::uint32_t to, Inbox& inbox) { routes_.push_back({to, &inbox, nullptr, 0}); }

  void forward(core::Outgoing& outgoing, core::Stamp stamp) override;
  bool wants_below(std::string_view first_level) const override;
  bool wants_named(std::string_view topic) const override;
  bool wants_any_named() const override;
  void post();
  bool is_any_above_mark() const;

 private:
  struct Route {
    std::uint32_t to;
    Inbox* inbox;
    std::unique_ptr<ForwardBatch> batch;  // null: empty
    std::uint64_t last_number;            // in the journal
  };
  void ask_about(std::string_view topic);
  bool must_survive(const Route& route, const mqtt::Publish& publish) const;
  void post(Route& route) const;
  std::uint32_t from_;
  core::Journal* journal_;
  std::vector<Route> routes_;
  std::string last_topic_;  // the topic of question_: publishers repeat theirs
  core::Interest::Question question_{""};
};

}  // namespace app
