// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <functional>
#include <vector>

#include "tests/durability/client.h"

namespace durability {

/// Reads and writes for the clients until `is_done`; false: it did not come to that in time.
bool drive_until(const std::vector<Client*>& clients, const std::function<bool()>& is_done,
                 std::chrono::milliseconds patience = std::chrono::seconds(20));

/// Until each has its CONNACK.
bool drive_until_connected(const std::vector<Client*>& clients);
/// Until nothing that they have sent waits for an answer.
bool drive_until_settled(const std::vector<Client*>& clients);

}  // namespace durability
