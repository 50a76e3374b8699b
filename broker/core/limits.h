// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

#include "broker/base/time.h"

namespace core {

/// Every bound of the core, by name; the policy at each stands where it is reached. Filled from [limits]
/// once.
struct Limits {
  std::size_t inflight = 20;           // unacknowledged QoS 1 and 2 messages to one client; the rest waits
  std::size_t queued_messages = 1000;  // waiting for one client: oldest QoS 0 goes, then the new one
  std::size_t queued_bytes = 8 << 20;  // the same, in bytes
  std::size_t subscriptions = 20000;   // of one client: a further one is refused in the SUBACK
  std::size_t subscription_bytes = 64 << 20;  // of one client, by Subscriptions::cost_of: the same
  std::size_t pending_qos2 = 65535;  // ids of one client that wait for PUBREL: one more closes its connection
  std::size_t sessions = 100000;     // of the broker: a client without one hears CONNACK 3
  std::size_t retained_messages = 1000000;  // of the broker: a further topic is not stored
  std::size_t retained_bytes = 512 << 20;   // of the broker: what does not fit is not stored, and its topic's
                                            // old message goes: none is better than a wrong one
  std::size_t topic_levels = 200;  // of a topic or filter: the connection is closed, the filter refused
  base::Duration session_expiry = std::chrono::hours(24 * 7);  // of a session without a connection
};

}  // namespace core
