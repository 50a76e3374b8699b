// SPDX-License-Identifier: Apache-2.0
// One record of the journal as it travels from a worker to the store: a fixed head, then its texts and bytes.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"

namespace store {

/// What happened; one for each function of core::Journal, and `body` for a message that entries refer to.
enum class What : std::uint8_t {
  start_session,
  end_session,
  set_away,
  set_here,
  subscribe,
  unsubscribe,
  body,
  queue,
  send,
  release,
  finish,
  receive,
  complete,
  set_will,
  clear_will,
  retain,
  forward,
  take,
  keep,
};

/// The numbers of a record; which mean something depends on `what`.
struct Head {
  std::uint64_t key = 0;      // of the session; retain: the stamp
  std::uint64_t number = 0;   // of an entry or a forward; set_away: milliseconds since 1970
  std::uint32_t other = 0;    // queue: its body's place in the batch; forward and take: the other worker
  std::uint32_t payload = 0;  // sizes, in bytes
  std::uint32_t text = 0;
  std::uint32_t extra = 0;
  std::uint16_t packet_id = 0;
  What what = What::start_session;
  std::uint8_t qos = 0;
  std::uint8_t retain = 0;
};

/// A record as views into its batch.
struct Record {
  Head head;
  std::string_view text;   // client, filter, topic, or a plugin's name for it
  std::string_view extra;  // set_will: client
  base::Bytes payload;
};

/// All records of one worker's turn: kept as a whole or not at all. Filled by its worker, then read-only.
struct Batch {
  std::uint32_t worker = 0;
  std::uint64_t sequence = 0;
  std::uint64_t records = 0;
  std::vector<std::uint8_t> bytes;

  void add(Head head, std::string_view text = {}, base::Bytes payload = {}, std::string_view extra = {});

  template <class Visit>
  void each(Visit&& visit) const {
    std::size_t at = 0;
    while (at < bytes.size()) visit(read(at));
  }

 private:
  /// The record at `at`, which moves on to the next.
  Record read(std::size_t& at) const;
};

}  // namespace store
