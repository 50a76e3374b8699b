// SPDX-License-Identifier: Apache-2.0
#include "broker/store/writer.h"

#include <utility>

namespace store {
namespace {

std::uint8_t number_of(mqtt::Qos qos) { return static_cast<std::uint8_t>(qos); }

}  // namespace

void Writer::start_session(core::SessionKey key, std::string_view client_id) {
  batch_.add({.key = key, .what = What::start_session}, client_id);
}

void Writer::end_session(core::SessionKey key) { batch_.add({.key = key, .what = What::end_session}); }

void Writer::set_away(core::SessionKey key) {
  batch_.add({.key = key, .number = static_cast<std::uint64_t>(clock_()), .what = What::set_away});
}

void Writer::set_here(core::SessionKey key) { batch_.add({.key = key, .what = What::set_here}); }

void Writer::subscribe(core::SessionKey key, std::string_view filter, mqtt::Qos qos) {
  batch_.add({.key = key, .what = What::subscribe, .qos = number_of(qos)}, filter);
}

void Writer::unsubscribe(core::SessionKey key, std::string_view filter) {
  batch_.add({.key = key, .what = What::unsubscribe}, filter);
}

void Writer::queue(core::SessionKey key, const core::Entry& entry, const core::MessageRef& message) {
  if (!last_ || &*last_ != &*message) {
    last_ = message;
    ++bodies_;
    batch_.add({.what = What::body}, message->topic(), message->payload());
  }
  batch_.add({.key = key,
              .number = entry.number,
              .other = bodies_ - 1,
              .packet_id = entry.packet_id,
              .what = What::queue,
              .qos = number_of(entry.qos),
              .retain = entry.retain});
}

void Writer::send(core::SessionKey key, core::EntryNumber number, mqtt::PacketId id) {
  batch_.add({.key = key, .number = number, .packet_id = id, .what = What::send});
}

void Writer::release(core::SessionKey key, core::EntryNumber number) {
  batch_.add({.key = key, .number = number, .what = What::release});
}

void Writer::finish(core::SessionKey key, core::EntryNumber number) {
  batch_.add({.key = key, .number = number, .what = What::finish});
}

void Writer::receive(core::SessionKey key, mqtt::PacketId id) {
  batch_.add({.key = key, .packet_id = id, .what = What::receive});
}

void Writer::complete(core::SessionKey key, mqtt::PacketId id) {
  batch_.add({.key = key, .packet_id = id, .what = What::complete});
}

void Writer::set_will(core::SessionKey key, std::string_view client_id, const core::Message& will) {
  batch_.add({.key = key, .what = What::set_will, .qos = number_of(will.qos()), .retain = will.retain()},
             will.topic(), will.payload(), client_id);
}

void Writer::clear_will(core::SessionKey key) { batch_.add({.key = key, .what = What::clear_will}); }

void Writer::retain(const core::Message& message, core::Stamp stamp) {
  batch_.add({.key = stamp, .what = What::retain, .qos = number_of(message.qos())}, message.topic(),
             message.payload());
}

void Writer::forward(std::uint32_t to, std::uint64_t number, const mqtt::Publish& publish) {
  batch_.add({.number = number, .other = to, .what = What::forward, .qos = number_of(publish.qos)},
             publish.topic, publish.payload);
}

void Writer::take(std::uint32_t from, std::uint64_t number) {
  batch_.add({.number = number, .other = from, .what = What::take});
}

void Writer::keep(std::string_view name, base::Bytes value) { batch_.add({.what = What::keep}, name, value); }

void Writer::post() {
  if (batch_.records == 0) return;
  count_ += batch_.records;
  batch_.worker = worker_;
  batch_.sequence = sequence_++;
  last_ = {};
  bodies_ = 0;
  post_(std::exchange(batch_, {}));
}

}  // namespace store
