// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "broker/base/time.h"

namespace core {

/// What an operator may want to know of one client. A value.
struct SessionFacts {
  std::string client_id = {};
  std::string user = {};          // empty: anonymous
  std::string address = {};       // empty: it is away
  std::string_view version = {};  // "3.1", "3.1.1"; empty: it is away
  bool is_connected = false;
  bool is_lasting = false;  // its session is kept when it goes
  base::Duration lasted{};  // since it came, or went
  struct Close {
    std::string_view reason = {};  // a CloseReason; empty: not known, or there was none
    base::Duration since{};
  } last_close = {};  // of the connection before this one
  std::size_t subscriptions = 0;
  std::size_t queued_messages = 0;
  std::size_t queued_bytes = 0;
  std::size_t inflight = 0;
  std::uint64_t messages_received = 0;  // from it, in this process
  std::uint64_t messages_sent = 0;
  std::size_t backlog_bytes = 0;  // what its socket has refused
};

}  // namespace core
