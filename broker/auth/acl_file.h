// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string_view>

#include "broker/auth/acl.h"
#include "broker/auth/problem.h"
#include "broker/base/expected.h"

namespace auth {

inline constexpr std::size_t max_acl_rules = 100'000;
inline constexpr std::size_t max_personal_patterns = 1000;  // each is kept for each client, some 170 bytes

/// A file in mosquitto's syntax: `user NAME`, `topic [read|write|readwrite|deny] FILTER`, `pattern …`, and
/// lines that begin with `#`. A file without rules denies everything to everybody. One bad line makes all of
/// it void. `name` is the file's.
[[nodiscard]] base::Expected<Rules, Problems> parse_acl(std::string_view text, std::string_view name);

}  // namespace auth
