// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "broker/core/journal.h"
#include "broker/store/record.h"

namespace store {

/// A worker's journal: gathers a turn's records and hands them to the store. Owned by the store; the worker's
/// thread.
class Writer final : public core::Journal {
 public:
  /// Takes a finished batch; any thread.
  using Post = std::function<void(Batch)>;
  /// Milliseconds since 1970.
  using WallClock = std::function<std::int64_t()>;

  Writer(std::uint32_t worker, Post post, WallClock clock)
      : worker_(worker), post_(std::move(post)), clock_(std::move(clock)) {}

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
  std::uint64_t count() const override { return count_ + batch_.records; }
  core::Sequence sequence() const override { return sequence_; }

 private:
  std::uint32_t worker_;
  Post post_;
  WallClock clock_;
  Batch batch_;
  core::MessageRef last_;     // what the last body was made of; held, so that no other takes its address
  std::uint32_t bodies_ = 0;  // in the batch
  std::uint64_t count_ = 0;   // of records in earlier batches
  core::Sequence sequence_ = 1;
};

}  // namespace store
