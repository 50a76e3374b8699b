// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <deque>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/core/journal.h"

namespace app {

/// What a client is told but must not hear before the journal has kept it, and all that was said behind that:
/// one order for everything, so that no answer overtakes another. A value of a connection.
class Withheld {
 public:
  /// What is added from here on waits for `until`.
  void hold(core::Sequence until) {
    if (marks_.empty() || marks_.back().until < until) marks_.push_back({until, 0});
  }
  void add(base::Bytes bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    marks_.back().bytes += bytes.size();
  }
  /// What may go when everything up to `kept` is.
  std::vector<std::uint8_t> take(core::Sequence kept);

  /// Nothing waits, and nothing has to.
  bool is_over() const { return marks_.empty(); }
  std::size_t bytes() const { return bytes_.size(); }

 private:
  struct Mark {
    core::Sequence until;
    std::size_t bytes;  // of `bytes_`, behind those of the marks before
  };
  std::vector<std::uint8_t> bytes_;
  std::deque<Mark> marks_;  // rising
};

}  // namespace app
