// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace admin {

/// Percent-encoded it still fits into the first line of a request.
inline constexpr std::size_t max_cursor_bytes = 600;

/// What `after` is for the page behind the one that ends with `id`, which is UTF-8: the id; of a longer one
/// what comes behind all ids that begin with its first `max_cursor_bytes`. Empty: nothing does. Pure.
[[nodiscard]] std::string cursor_behind(std::string_view id);

}  // namespace admin
