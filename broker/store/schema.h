// SPDX-License-Identifier: Apache-2.0
// The tables, as data: each row is its values and a checksum over them.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "broker/store/database.h"

namespace store {

/// Version of what is below, in PRAGMA user_version. A new one comes with a step in `migrate`, and with a
/// database of the old one in the tests.
inline constexpr std::int64_t schema_version = 1;
/// PRAGMA application_id: "Mesh", so that a stranger's database is not mistaken for ours.
inline constexpr std::int64_t application_id = 0x4d657368;

enum class TableId : std::uint8_t {
  session,
  away,
  subscription,
  entry,
  flight,
  body,
  received,
  will,
  retained,
  forward,
  kept,
  end_,
};

/// One table. `columns` are its values, without the checksum; the first `keys` of them are its primary key.
struct Table {
  std::string_view name;
  std::string_view columns;
  int values;
  int keys;
};

/// `client_id` is the journal's name of a client: core::kept_client.
inline constexpr std::array<Table, static_cast<std::size_t>(TableId::end_)> tables = {{
    {"session", "key, client_id", 2, 1},
    {"away", "session, since", 2, 1},  // milliseconds since 1970
    {"subscription", "session, filter, qos", 3, 2},
    // body 0: the message is in the row. packet_id 0: not sent when it was queued.
    {"entry", "session, number, qos, retain, packet_id, body, topic, payload", 8, 2},
    {"flight", "session, number, packet_id, released", 4, 2},  // what became of an entry since
    {"body", "id, topic, payload", 3, 1},                      // of several entries
    {"received", "session, packet_id", 2, 2},
    {"will", "session, client_id, topic, payload, qos, retain", 6, 1},
    {"retained", "topic, payload, qos, stamp", 4, 1},
    {"forward", "sender, receiver, number, topic, payload, qos", 6, 3},
    {"kept", "name, value", 2, 1},
}};

inline const Table& table(TableId id) { return tables[static_cast<std::size_t>(id)]; }

/// Of a row of that table: a row whose own differs is not what was written. Detects every change within one
/// aligned word of eight bytes; others slip through once in 2^64 times.
std::int64_t checksum(TableId id, std::span<const Value> values);

/// SQL that makes all tables.
std::string creation();
std::string insertion(const Table& table);
/// `count` leading key columns decide what goes.
std::string deletion(const Table& table, int count);
std::string selection(const Table& table, bool is_backwards = false);

}  // namespace store
