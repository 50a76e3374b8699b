// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "broker/app/access_control.h"
#include "broker/app/config/config.h"
#include "broker/app/doors.h"
#include "broker/app/forward_batch.h"
#include "broker/app/reload_report.h"
#include "broker/core/journal.h"
#include "broker/core/session_facts.h"
#include "broker/net/tcp_stream.h"

namespace app {

// Everything that may cross from one thread to a worker: a closed list of immutable values or sole ownership.

/// A client whose CONNECT says that it belongs to the receiver. `bytes` are what it has sent so far, from the
/// first byte of the CONNECT on: views do not travel, so the owner reads it again. Unread it closes the
/// socket.
struct Arrive {
  net::LooseStream stream;
  const Listener* listener;  // of the Config, which outlives every worker
  Doors::Ticket ticket;
  std::vector<std::uint8_t> bytes;
};

/// What has become of a CONNECT's name and password.
struct LoginVerdict {
  const void* greeting = nullptr;  // a key: it may be gone, and another one in its place ...
  std::uint64_t id = 0;            // ... which has another id
  bool is_http = false;            // the id is that of a connection of the HTTP listener
  net::Address peer;
  std::string user;
  std::shared_ptr<const auth::Users> users;  // by which it was judged
  auth::Verdict said = auth::Verdict::wrong;
};

/// What the HTTP listener asks a worker.
struct ClientQuestion {
  enum class Kind : std::uint8_t { ping, list, one, disconnect, trace };
  std::uint64_t asking = 0;  // who: a key
  Kind kind = Kind::ping;
  std::string text;       // a client id; of a list the one before its first
  std::size_t count = 0;  // of a list; seconds of a trace
};

/// Its answer, to the first worker.
struct ClientAnswer {
  std::uint64_t asking = 0;
  std::vector<core::SessionFacts> clients = {};
  bool is_found = false;
};

/// A reload that the API asked for is done.
struct Reloaded {
  std::uint64_t asking = 0;
  ReloadReport report;
};

/// The files of users and rules have been read again.
struct NewAccess {
  AccessControl control;
};

/// Messages that entered the broker at the sender, for the receiver's sessions.
struct Forward {
  std::uint32_t from;
  std::unique_ptr<ForwardBatch> batch;
};

/// The journal has kept the receiver's records up to there.
struct Kept {
  core::Sequence sequence;
};

/// Do you turn? See Watch.
struct Ask {};

/// Accept and read nothing more. When all workers have, Stop comes to all: behind everything they forwarded.
struct StopReading {};

/// Let everybody go.
struct Stop {};

/// What is rare is in a box, which keeps every other mail small.
using Mail = std::variant<std::unique_ptr<Arrive>, Forward, Kept, std::shared_ptr<const LoginVerdict>,
                          std::shared_ptr<const ClientQuestion>, std::shared_ptr<const ClientAnswer>,
                          std::shared_ptr<const Reloaded>, NewAccess, Ask, StopReading, Stop>;

/// What mail weighs against the receiver's high-water mark, in bytes.
inline std::size_t weight_of(const Mail& mail) {
  const auto* forward = std::get_if<Forward>(&mail);
  return forward == nullptr ? 0 : forward->batch->bytes();
}

}  // namespace app
