// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

namespace base {

/// The worker that owns a client: connection and session live and die on its thread. Stable over restarts
/// (FNV-1a, not std::hash), so that stored sessions find the same worker again. Mixed, because FNV-1a's last
/// bit is but the parity of the id's last bits: "sub-7" and "pub-7" would never be on one of two workers.
inline std::uint32_t owner_of(std::string_view client_id, std::uint32_t workers) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : client_id) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  hash = (hash ^ (hash >> 33U)) * 0xff51afd7ed558ccdULL;
  return static_cast<std::uint32_t>((hash ^ (hash >> 33U)) % workers);
}

}  // namespace base
