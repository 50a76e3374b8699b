// SPDX-License-Identifier: Apache-2.0
#include "broker/net/cores.h"

#include <uv.h>

namespace net {

std::uint32_t usable_cores() { return uv_available_parallelism(); }

}  // namespace net
