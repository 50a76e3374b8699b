// SPDX-License-Identifier: Apache-2.0
#include "tests/support/memory_journal.h"

#include <fmt/format.h>

#include "broker/base/check.h"
#include "broker/core/kept_client.h"

namespace support {

void MemoryJournal::post() { pictures_[sequence_++] = now_; }

core::Restored MemoryJournal::restored(base::Duration away) const {
  const Picture& picture = pictures_.at(kept_);
  core::Restored restored;
  for (const auto& [key, session] : picture.sessions) {
    core::RestoredSession& made = restored.sessions.emplace_back();
    made.key = key;
    made.client_id = core::client_name(session.client_id).id;
    made.user = core::client_name(session.client_id).user;
    made.proof = core::client_name(session.client_id).proof;
    made.away_for = away;
    for (const auto& [filter, qos] : session.subscriptions) made.subscriptions.push_back({filter, qos});
    for (const auto& [number, waiting] : session.messages) {
      made.messages.push_back({waiting.entry,
                               waiting.is_released ? core::MessageRef{} : message_of(waiting.message),
                               waiting.is_released});
    }
    made.received.assign(session.received.begin(), session.received.end());
  }
  for (const auto& [topic, kept] : picture.retained)
    restored.retained.push_back({message_of(kept.second), kept.first});
  for (const auto& [key, will] : picture.wills) {
    const core::ClientName name = core::client_name(will.first);
    restored.wills.push_back(
        {key, std::string(name.id), std::string(name.user), name.proof, message_of(will.second)});
  }
  for (const auto& [number, forward] : picture.forwards)
    restored.forwards.push_back({0, forward.first, number, message_of(forward.second)});
  restored.kept.assign(picture.kept.begin(), picture.kept.end());
  restored.last_key = picture.last_key;
  restored.last_stamp = picture.last_stamp;
  return restored;
}

MemoryJournal::Text MemoryJournal::text_of(const core::Message& message) {
  return {std::string(message.topic()), std::string(base::as_text(message.payload())), message.qos(),
          message.retain()};
}

core::MessageRef MemoryJournal::message_of(const Text& text) {
  return core::MessageRef::make(
      {.topic = text.topic, .payload = base::as_bytes(text.payload), .qos = text.qos, .retain = text.retain});
}

void MemoryJournal::start_session(core::SessionKey key, std::string_view client_id) {
  tell(fmt::format("start {} {}", key, client_id));
  CHECK(now_.sessions.emplace(key, Session{std::string(client_id), {}, {}, {}}).second);
  now_.last_key = std::max(now_.last_key, key);
}

void MemoryJournal::end_session(core::SessionKey key) {
  tell(fmt::format("end {}", key));
  CHECK(now_.sessions.erase(key) == 1);
}

void MemoryJournal::set_away(core::SessionKey key) { tell(fmt::format("away {}", key)); }
void MemoryJournal::set_here(core::SessionKey key) { tell(fmt::format("here {}", key)); }

void MemoryJournal::subscribe(core::SessionKey key, std::string_view filter, mqtt::Qos qos) {
  tell(fmt::format("subscribe {} {} {}", key, filter, static_cast<unsigned>(qos)));
  now_.sessions.at(key).subscriptions[std::string(filter)] = qos;
}

void MemoryJournal::unsubscribe(core::SessionKey key, std::string_view filter) {
  tell(fmt::format("unsubscribe {} {}", key, filter));
  CHECK(now_.sessions.at(key).subscriptions.erase(std::string(filter)) == 1);
}

void MemoryJournal::queue(core::SessionKey key, const core::Entry& entry, const core::MessageRef& message) {
  tell(fmt::format("queue {} {}", key, entry.number));
  auto& messages = now_.sessions.at(key).messages;
  CHECK(messages.empty() || messages.rbegin()->first < entry.number);
  messages[entry.number] = {entry, text_of(*message), false};
}

void MemoryJournal::send(core::SessionKey key, core::EntryNumber number, mqtt::PacketId id) {
  tell(fmt::format("send {} {} #{}", key, number, id));
  now_.sessions.at(key).messages.at(number).entry.packet_id = id;
}

void MemoryJournal::release(core::SessionKey key, core::EntryNumber number) {
  tell(fmt::format("release {} {}", key, number));
  now_.sessions.at(key).messages.at(number).is_released = true;
}

void MemoryJournal::finish(core::SessionKey key, core::EntryNumber number) {
  tell(fmt::format("finish {} {}", key, number));
  CHECK(now_.sessions.at(key).messages.erase(number) == 1);
}

void MemoryJournal::receive(core::SessionKey key, mqtt::PacketId id) {
  tell(fmt::format("receive {} #{}", key, id));
  CHECK(now_.sessions.at(key).received.insert(id).second);
}

void MemoryJournal::complete(core::SessionKey key, mqtt::PacketId id) {
  tell(fmt::format("complete {} #{}", key, id));
  CHECK(now_.sessions.at(key).received.erase(id) == 1);
}

void MemoryJournal::set_will(core::SessionKey key, std::string_view client_id, const core::Message& will) {
  tell(fmt::format("will {} {}", key, will.topic()));
  now_.wills[key] = {std::string(client_id), text_of(will)};
}

void MemoryJournal::clear_will(core::SessionKey key) {
  tell(fmt::format("no will {}", key));
  CHECK(now_.wills.erase(key) == 1);
}

void MemoryJournal::retain(const core::Message& message, core::Stamp stamp) {
  tell(fmt::format("retain {} {}", message.topic(), stamp));
  CHECK(stamp > now_.last_stamp);
  now_.last_stamp = stamp;
  if (message.payload().empty()) {
    now_.retained.erase(std::string(message.topic()));
  } else {
    now_.retained[std::string(message.topic())] = {stamp, text_of(message)};
  }
}

void MemoryJournal::forward(std::uint32_t to, std::uint64_t number, const mqtt::Publish& publish) {
  tell(fmt::format("forward {} {} {}", to, number, publish.topic));
  now_.forwards[number] = {to, text_of(*core::MessageRef::make(publish))};
}

void MemoryJournal::take(std::uint32_t from, std::uint64_t number) {
  tell(fmt::format("take {} {}", from, number));
  if (from == 0) now_.forwards.erase(now_.forwards.begin(), now_.forwards.upper_bound(number));
}

void MemoryJournal::keep(std::string_view name, base::Bytes value) {
  tell(fmt::format("keep {} {}", name, value.size()));
  now_.kept.erase(std::string(name));
  if (!value.empty()) now_.kept.emplace(name, base::as_text(value));
}

}  // namespace support
