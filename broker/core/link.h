// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string_view>

#include "broker/base/time.h"
#include "broker/core/close_reason.h"
#include "broker/core/journal.h"
#include "broker/core/outgoing.h"
#include "broker/mqtt/packet.h"
#include "broker/plugin/plugin.h"

namespace core {

/// What a session knows of its connection. Lives on the session's worker; outlived by nothing: the connection
/// tells its session before it dies.
class Link : public plugin::Remote {
 public:
  /// Any packet but the two below; rare ones.
  virtual void send(const mqtt::Packet& packet) = 0;
  /// PUBACK, PUBREC, PUBREL, PUBCOMP: never dropped.
  virtual void ack(mqtt::PacketType type, mqtt::PacketId id) = 0;
  /// References this turn's bytes; keeps no Message.
  virtual void deliver(Outgoing& outgoing, const Delivery& delivery) = 0;
  /// Ends the relation at once: the link calls its session no more. The connection itself is only marked; it
  /// goes at the end of the turn, after what was sent before. `why` is a literal for the log.
  virtual void close(CloseReason reason, std::string_view why) = 0;
  /// What is said from here on leaves when the journal has kept everything up to `until`.
  virtual void hold(Sequence until) = 0;
  /// Bytes that the socket has refused so far. While there are any, messages wait in the session's queue.
  virtual std::size_t backlog() const = 0;
  /// Whether its silence is no sign of death: it still takes what the socket had refused, or it is not being
  /// read for that very reason, and not for too long.
  virtual bool is_excused(base::TimePoint now) = 0;

 protected:
  ~Link() = default;
};

}  // namespace core
