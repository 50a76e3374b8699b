// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "broker/base/bytes.h"
#include "broker/mqtt/packet.h"

namespace core {

/// An application message that outlives the loop turn it came in: retained, in flight to a lasting session,
/// in a queue, a will. Immutable; one allocation holds it all. Usually it lives on one worker, and its count
/// is a plain number, because atomics on the hottest path cost twice and thrice; what crosses to another
/// worker is a copy. One that is retained on several workers is made shared, and counted atomically.
class Message {
 public:
  std::string_view topic() const { return {text(), topic_size_}; }
  base::Bytes payload() const {
    return {reinterpret_cast<const std::uint8_t*>(text()) + topic_size_, payload_size_};
  }
  mqtt::Qos qos() const { return qos_; }
  bool retain() const { return retain_; }
  bool is_shared() const { return is_shared_; }
  /// What it costs in a queue.
  std::size_t bytes() const { return sizeof(Message) + topic_size_ + payload_size_; }
  /// Asks the processor for its first lines, which are read soon.
  void fetch() const {
    for (std::size_t at = 0; at < fetched_bytes; at += line_bytes)
      __builtin_prefetch(reinterpret_cast<const char*>(this) + at);
  }

  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

 private:
  friend class MessageRef;
  static constexpr std::size_t line_bytes = 64;                 // of a cache
  static constexpr std::size_t fetched_bytes = 3 * line_bytes;  // head, topic and a small payload
  Message(const mqtt::Publish& publish);
  const char* text() const { return reinterpret_cast<const char*>(this + 1); }

  void add_ref() {
    if (is_shared_) {
      std::atomic_ref(refs_).fetch_add(1, std::memory_order_relaxed);
    } else {
      ++refs_;
    }
  }
  /// True: that was the last one.
  bool drop_ref() {
    return is_shared_ ? std::atomic_ref(refs_).fetch_sub(1, std::memory_order_acq_rel) == 1 : --refs_ == 0;
  }

  std::uint32_t refs_ = 1;
  std::uint32_t payload_size_;
  std::uint16_t topic_size_;
  mqtt::Qos qos_;
  bool retain_ : 1;
  bool is_shared_ : 1 = false;  // decided before anybody else sees it
};

/// A counted reference to a Message. One thread only, but for shared ones.
class MessageRef {
 public:
  MessageRef() = default;
  /// Copies topic and payload.
  static MessageRef make(const mqtt::Publish& publish);
  /// One that several threads may refer to.
  static MessageRef make_shared(const mqtt::Publish& publish);

  MessageRef(const MessageRef& other) : message_(other.message_) {
    if (message_ != nullptr) message_->add_ref();
  }
  MessageRef(MessageRef&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
  MessageRef& operator=(MessageRef other) noexcept {
    std::swap(message_, other.message_);
    return *this;
  }
  ~MessageRef() { release(); }

  explicit operator bool() const { return message_ != nullptr; }
  const Message& operator*() const { return *message_; }
  const Message* operator->() const { return message_; }

 private:
  explicit MessageRef(Message* message) : message_(message) {}
  void release();

  Message* message_ = nullptr;
};

}  // namespace core
