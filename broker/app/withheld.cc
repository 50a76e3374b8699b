// SPDX-License-Identifier: Apache-2.0
#include "broker/app/withheld.h"

#include <utility>

namespace app {

std::vector<std::uint8_t> Withheld::take(core::Sequence kept) {
  std::size_t count = 0;
  while (!marks_.empty() && marks_.front().until <= kept) {
    count += marks_.front().bytes;
    marks_.pop_front();
  }
  if (marks_.empty()) return std::exchange(bytes_, {});
  const auto end = bytes_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<std::uint8_t> taken(bytes_.begin(), end);
  bytes_.erase(bytes_.begin(), end);
  return taken;
}

}  // namespace app
