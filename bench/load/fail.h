// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace load {

/// Says on standard error what stands in the way and ends with exit code 2: a measurement that could not be
/// made has no figures to save.
[[noreturn]] void fail(std::string_view what);

/// The same with errno's words behind it.
[[noreturn]] void fail_by_errno(std::string_view what);

}  // namespace load
