// SPDX-License-Identifier: Apache-2.0
// What is delivered: a view of this turn's bytes plus "give me a kept message". At QoS 0 a delivery allocates
// and counts nothing: the frame a publisher sent is passed on byte for byte wherever it may be, and a
// differing form (lower QoS, packet id, retain flag) is built once per fan-out in turn memory and referenced
// by every receiver.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "broker/base/arena.h"
#include "broker/base/bytes.h"
#include "broker/core/message.h"
#include "broker/mqtt/packet.h"

namespace core {

class Session;

/// What may differ from receiver to receiver. `packet_id` is 0 at QoS 0.
struct Delivery {
  mqtt::Qos qos = mqtt::Qos::at_most_once;
  bool retain = false;
  bool dup = false;
  mqtt::PacketId packet_id = 0;
};

/// A PUBLISH frame ready for the wire as one or two stretches of turn memory (`payload` may be empty).
struct Form {
  base::Bytes head;
  base::Bytes payload;
};

/// A publish on its way to its receivers. Made on the stack for one fan-out; worker's thread.
class Outgoing {
 public:
  /// From a client: `frame` is the packet `publish` was read from as it stands in the loop's read arena,
  /// which may be patched in place (the publisher's own id has been read). `turn` outlives this object until
  /// the flush.
  Outgoing(const mqtt::Publish& publish, std::span<std::uint8_t> frame, base::Arena& turn)
      : publish_(publish), frame_(frame), turn_(turn) {}
  /// From anywhere else; topic and payload stay valid until the flush.
  Outgoing(const mqtt::Publish& publish, base::Arena& turn) : publish_(publish), turn_(turn) {}
  /// From a kept message, which may be released before the flush: a small one is copied to turn memory, a
  /// large one joins `held`, the messages that live until the flush.
  Outgoing(const MessageRef& message, base::Arena& turn, std::vector<MessageRef>& held);

  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;

  const mqtt::Publish& message() const { return publish_; }
  std::string_view topic() const { return publish_.topic; }
  base::Bytes payload() const { return publish_.payload; }
  mqtt::Qos qos() const { return publish_.qos; }
  bool retain() const { return publish_.retain; }

  /// A plugin wants it not to be retained. Before anybody keeps it.
  void drop_retain() {
    publish_.retain = false;
    kept_ = {};
  }
  /// Only subscriptions whose last level is spelled out get it, and it is not retained: a store has no such
  /// subscriptions.
  void to_named() {
    is_named_ = true;
    drop_retain();
  }
  bool is_named() const { return is_named_; }
  /// The packet it came in, as it was read but for flags and packet id; empty: none, or a receiver has it.
  base::Bytes frame() const { return frame_; }
  /// The session whose connection has published it; null: none of this worker's.
  void from(const Session& publisher) { publisher_ = &publisher; }
  const Session* publisher() const { return publisher_; }

  /// The frame for this delivery, valid until the flush.
  const Form& form(const Delivery& delivery);
  /// The one copy that outlives the turn, made when first asked for.
  const MessageRef& keep();
  /// The same for several workers. Before anything else keeps it, or there are two copies.
  const MessageRef& keep_shared();

 private:
  struct Cached {
    Form form;
    Delivery delivery;
  };
  bool fits_frame(const Delivery& delivery) const;
  Form patch(const Delivery& delivery);
  Form build(const Delivery& delivery);

  mqtt::Publish publish_;
  std::span<std::uint8_t> frame_;  // empty: none, or already patched for another id
  base::Arena& turn_;
  const Session* publisher_ = nullptr;
  bool is_named_ = false;
  MessageRef kept_;
  // By QoS: a fan-out asks for few forms, mostly the same one. Optional, so that none is written before that.
  std::array<std::optional<Cached>, 3> cached_;
};

}  // namespace core
