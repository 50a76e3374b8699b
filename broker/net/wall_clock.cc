// SPDX-License-Identifier: Apache-2.0
#include "broker/net/wall_clock.h"

#include <sys/time.h>

namespace net {

std::int64_t wall_clock() {
  timeval now{};
  gettimeofday(&now, nullptr);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_usec / 1000;
}

}  // namespace net
