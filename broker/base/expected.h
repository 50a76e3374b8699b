// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <tl/expected.hpp>

namespace base {

/// A value or the reason why there is none. g++ 12 has no std::expected: the one place to change when it has.
template <class T, class E>
using Expected = tl::expected<T, E>;

using tl::make_unexpected;

}  // namespace base
