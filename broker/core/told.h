// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "broker/core/journal.h"

namespace core {

/// Whether the journal has been told anything since this was made: then what a client is promised has to
/// wait until that is kept. A value on the stack.
class Told {
 public:
  /// Null: there is no journal.
  explicit Told(const Journal* journal)
      : journal_(journal), count_(journal == nullptr ? 0 : journal->count()) {}

  /// What has to be kept first; 0: nothing was told.
  Sequence since() const {
    return journal_ == nullptr || journal_->count() == count_ ? 0 : journal_->sequence();
  }

 private:
  const Journal* journal_;
  std::uint64_t count_;
};

}  // namespace core
