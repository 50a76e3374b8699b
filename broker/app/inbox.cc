// SPDX-License-Identifier: Apache-2.0
#include "broker/app/inbox.h"

#include <utility>

namespace app {

void Inbox::post(Mail mail) {
  unread_bytes_.fetch_add(weight_of(mail), std::memory_order_relaxed);
  if (mailbox_.post(std::move(mail))) wakeup_.wake();
}

std::unique_ptr<ForwardBatch> Inbox::blank() {
  std::unique_ptr<ForwardBatch> batch;
  blanks_.with([&](Batches& blanks) {
    if (blanks.empty()) return;
    batch = std::move(blanks.back());
    blanks.pop_back();
  });
  return batch ? std::move(batch) : std::make_unique<ForwardBatch>();
}

void Inbox::give_back(std::unique_ptr<ForwardBatch> batch) {
  batch->clear();
  if (batch->capacity() > blank_bytes) return;
  blanks_.with([&](Batches& blanks) {
    if (blanks.size() < blanks_kept) blanks.push_back(std::move(batch));
  });
}

}  // namespace app
