// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace store {

/// What is wrong with a write-ahead log beyond what a kill leaves; empty: nothing that could be seen. SQLite
/// takes the first frame that is not right for the end, which it is after a kill: then nothing of the same
/// log follows it. Where something does, frames that had been written are lost. Not seen: damage of the last
/// frame, and a log that ends early. Reads the file only.
std::string wal_damage(const std::string& path);

}  // namespace store
