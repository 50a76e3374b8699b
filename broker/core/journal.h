// SPDX-License-Identifier: Apache-2.0
// What must survive a restart is told to a journal while it happens. Nothing waits for it: a turn's records
// are one batch, which is kept as a whole or not at all, and what promises them to a client is held back
// until the batch is kept ("acks are released up to sequence n").
#pragma once
#include <cstdint>
#include <string_view>

#include "broker/core/message.h"
#include "broker/core/stamp.h"
#include "broker/mqtt/packet.h"

namespace core {

/// Names a session in the journal, of all that it knows. 0: none.
using SessionKey = std::uint64_t;
/// The place of a message among all that a session was ever given to pass on; rising.
using EntryNumber = std::uint64_t;
/// Names a batch of one worker's records; rising.
using Sequence = std::uint64_t;

/// A message that waits for a session's client or is under way to it.
struct Entry {
  EntryNumber number = 0;
  mqtt::Qos qos = mqtt::Qos::at_least_once;  // as granted
  bool retain = false;                       // as it is or was sent
  mqtt::PacketId packet_id = 0;              // 0: has not been sent yet
};

/// `client`: by kept_client, its id and user. What one worker tells of its sessions. Each worker has its own;
/// its thread. Views are copied.
class Journal {
 public:
  virtual void start_session(SessionKey key, std::string_view client) = 0;
  /// With all that belongs to it but its will.
  virtual void end_session(SessionKey key) = 0;
  /// Its client has gone; the session expires some time after this.
  virtual void set_away(SessionKey key) = 0;
  virtual void set_here(SessionKey key) = 0;

  /// New, or with another QoS.
  virtual void subscribe(SessionKey key, std::string_view filter, mqtt::Qos qos) = 0;
  virtual void unsubscribe(SessionKey key, std::string_view filter) = 0;

  /// A message at QoS 1 or 2 for this client. One message queued for several in a row is written once.
  virtual void queue(SessionKey key, const Entry& entry, const MessageRef& message) = 0;
  /// It is under way with this id.
  virtual void send(SessionKey key, EntryNumber number, mqtt::PacketId id) = 0;
  /// Its PUBREC has come: only PUBREL and PUBCOMP are left, the message goes.
  virtual void release(SessionKey key, EntryNumber number) = 0;
  /// It is acknowledged.
  virtual void finish(SessionKey key, EntryNumber number) = 0;

  /// A QoS 2 message has come in with this id; until its PUBREL each further one is a duplicate.
  virtual void receive(SessionKey key, mqtt::PacketId id) = 0;
  virtual void complete(SessionKey key, mqtt::PacketId id) = 0;

  /// To be published unless it is cleared before the broker goes down; also of sessions that are not kept.
  virtual void set_will(SessionKey key, std::string_view client, const Message& will) = 0;
  virtual void clear_will(SessionKey key) = 0;

  /// The newest retained message of its topic; an empty payload clears it. An older stamp changes nothing.
  virtual void retain(const Message& message, Stamp stamp) = 0;

  /// A message for lasting sessions of another worker, which takes it over with `take`: kept meanwhile.
  /// `number` rises with each message between these two.
  virtual void forward(std::uint32_t to, std::uint64_t number, const mqtt::Publish& publish) = 0;
  /// What `from` has forwarded up to `number` is queued here.
  virtual void take(std::uint32_t from, std::uint64_t number) = 0;

  /// State of a plugin under a name of its own; an empty value removes it.
  virtual void keep(std::string_view name, base::Bytes value) = 0;

  /// The end of a turn: what was told since the last becomes a batch, if there is anything.
  virtual void post() = 0;
  /// How many records there have been: whether something was told meanwhile.
  virtual std::uint64_t count() const = 0;
  /// So much is told and not kept yet, because the disk is full, say, that nobody should make it more who can
  /// be made to wait.
  virtual bool is_behind() const = 0;
  /// The batch that is being filled now.
  virtual Sequence sequence() const = 0;

 protected:
  ~Journal() = default;
};

}  // namespace core
