// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/core/restored.h"

namespace support {

/// A journal in memory, as plain as it can be: a picture of everything after each batch. What a kill would
/// leave is the picture of the last batch that was kept. One worker's, which is number 0.
class MemoryJournal final : public core::Journal {
 public:
  /// Everything posted is safe.
  void keep() { kept_ = sequence_ - 1; }
  core::Sequence kept() const { return kept_; }
  /// What would be found after a kill. The clients have been away for `away`.
  core::Restored restored(base::Duration away = {}) const;
  /// All records ever, one a line.
  const std::vector<std::string>& told() const { return told_; }

  // core::Journal
  void start_session(core::SessionKey key, std::string_view client_id) override;
  void end_session(core::SessionKey key) override;
  void set_away(core::SessionKey key) override;
  void set_here(core::SessionKey key) override;
  void subscribe(core::SessionKey key, std::string_view filter, mqtt::Qos qos) override;
  void unsubscribe(core::SessionKey key, std::string_view filter) override;
  void queue(core::SessionKey key, const core::Entry& entry, const core::MessageRef& message) override;
  void send(core::SessionKey key, core::EntryNumber number, mqtt::PacketId id) override;
  void release(core::SessionKey key, core::EntryNumber number) override;
  void finish(core::SessionKey key, core::EntryNumber number) override;
  void receive(core::SessionKey key, mqtt::PacketId id) override;
  void complete(core::SessionKey key, mqtt::PacketId id) override;
  void set_will(core::SessionKey key, std::string_view client_id, const core::Message& will) override;
  void clear_will(core::SessionKey key) override;
  void retain(const core::Message& message, core::Stamp stamp) override;
  void forward(std::uint32_t to, std::uint64_t number, const mqtt::Publish& publish) override;
  void take(std::uint32_t from, std::uint64_t number) override;
  void keep(std::string_view name, base::Bytes value) override;
  void post() override;
  std::uint64_t count() const override { return told_.size(); }
  bool is_behind() const override { return is_behind_; }
  void fall_behind() { is_behind_ = true; }
  core::Sequence sequence() const override { return sequence_; }

 private:
  struct Text {
    std::string topic, payload;
    mqtt::Qos qos;
    bool retain;
  };
  struct Waiting {
    core::Entry entry;
    Text message;
    bool is_released = false;
  };
  struct Session {
    std::string client_id;
    std::map<std::string, mqtt::Qos> subscriptions;
    std::map<core::EntryNumber, Waiting> messages;
    std::set<mqtt::PacketId> received;
  };
  struct Picture {
    std::map<core::SessionKey, Session> sessions;
    std::map<core::SessionKey, std::pair<std::string, Text>> wills;
    std::map<std::string, std::pair<core::Stamp, Text>> retained;
    std::map<std::uint64_t, std::pair<std::uint32_t, Text>> forwards;  // by number: to whom
    std::map<std::string, std::string> kept;                           // of plugins
    core::SessionKey last_key = 0;
    core::Stamp last_stamp = 0;
  };
  static Text text_of(const core::Message& message);
  static core::MessageRef message_of(const Text& text);
  void tell(std::string line) { told_.push_back(std::move(line)); }

  Picture now_;
  std::map<core::Sequence, Picture> pictures_{{0, {}}};
  core::Sequence sequence_ = 1;
  core::Sequence kept_ = 0;
  bool is_behind_ = false;
  std::vector<std::string> told_;
};

}  // namespace support
