// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <functional>
#include <vector>

#include "broker/app/mail.h"
#include "broker/base/guarded.h"
#include "broker/base/mailbox.h"
#include "broker/core/interest.h"
#include "broker/net/wakeup.h"

namespace app {

/// All that other threads see of a worker. Owned by it and older than anything that posts.
class Inbox {
 public:
  /// Unread bytes past which senders stop reading their clients for a moment.
  static constexpr std::size_t high_water_bytes = 4 * 1024 * 1024;

  /// `on_mail` runs on the loop's thread; it captures what outlives the inbox.
  Inbox(net::Loop& loop, std::function<void()> on_mail) : wakeup_(loop, std::move(on_mail)) {}

  /// Any thread. It never fails; who posts much asks `is_above_mark` first.
  void post(Mail mail);
  bool is_above_mark() const { return unread_bytes_.load(std::memory_order_relaxed) > high_water_bytes; }

  /// The owner's thread: everything posted so far. Costs one load when there is nothing.
  std::vector<Mail> drain() {
    std::vector<Mail> mail = mailbox_.drain();
    for (const Mail& each : mail) unread_bytes_.fetch_sub(weight_of(each), std::memory_order_relaxed);
    return mail;
  }

  /// Any thread: an empty batch for the owner; one that has been here before is already as large as it gets.
  std::unique_ptr<ForwardBatch> blank();
  /// The owner's thread: nothing refers to it any more.
  void give_back(std::unique_ptr<ForwardBatch> batch);

  core::Interest interest;  // what its sessions subscribe to; written by the owner
  core::Interest lasting;   // the same of its lasting sessions

 private:
  using Batches = std::vector<std::unique_ptr<ForwardBatch>>;
  /// Blanks kept, and what one of them may hold: few are under way at a time, and a burst's memory goes.
  static constexpr std::size_t blanks_kept = 4;
  static constexpr std::size_t blank_bytes = 1024 * 1024;

  base::Mailbox<Mail> mailbox_;
  base::Guarded<Batches> blanks_;
  std::atomic<std::size_t> unread_bytes_{0};
  net::Wakeup wakeup_;
};

}  // namespace app
