// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/time.h"
#include "broker/core/journal.h"
#include "broker/core/proof.h"

namespace core {

/// A session as the journal has kept it.
struct RestoredSession {
  struct Subscription {
    std::string filter;
    mqtt::Qos qos = mqtt::Qos::at_most_once;
  };
  struct Message {
    Entry entry;
    MessageRef message;        // null once released
    bool is_released = false;  // its PUBREC has come
  };
  SessionKey key = 0;
  std::string client_id;
  std::string user;  // empty: an anonymous client's
  Proof proof = Proof::password;
  base::Duration away_for{0};  // how long its client has been away, by the wall clock; never negative
  std::vector<Subscription> subscriptions;
  std::vector<Message> messages;         // by their number, rising
  std::vector<mqtt::PacketId> received;  // QoS 2 ids that wait for their PUBREL
};

struct RestoredRetained {
  MessageRef message;
  Stamp stamp = 0;
};

struct RestoredWill {
  SessionKey key = 0;
  std::string client_id;
  std::string user;
  Proof proof = Proof::password;
  MessageRef message;
};

/// A message that one worker had forwarded to another, which had not taken it yet.
struct RestoredForward {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint64_t number = 0;
  MessageRef message;
};

/// All that a journal gives back at start. Messages are counted by one thread at a time: it is handed to the
/// workers before they run.
struct Restored {
  std::vector<RestoredSession> sessions;
  std::vector<RestoredRetained> retained;
  std::vector<RestoredWill> wills;
  std::vector<RestoredForward> forwards;                  // by number, for each pair
  std::vector<std::pair<std::string, std::string>> kept;  // of plugins: name, value
  std::uint32_t workers = 1;                              // there were, when forwards were written
  SessionKey last_key = 0;                                // the highest in use
  Stamp last_stamp = 0;
};

/// A message that has become a session's at start: the journal does not know yet.
struct SettledForward {
  SessionKey key = 0;
  Entry entry;
  MessageRef message;
};

/// What a worker had not taken yet becomes messages of the sessions that were its own and want it, behind all
/// they had; `restored.forwards` is empty then.
std::vector<SettledForward> settle_forwards(Restored& restored);

}  // namespace core
