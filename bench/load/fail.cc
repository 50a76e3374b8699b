// SPDX-License-Identifier: Apache-2.0
#include "bench/load/fail.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

namespace load {

void fail(std::string_view what) {
  fmt::print(stderr, "meshbroker_load: {}\n", what);
  std::exit(2);
}

void fail_by_errno(std::string_view what) { fail(fmt::format("{}: {}", what, std::strerror(errno))); }

}  // namespace load
