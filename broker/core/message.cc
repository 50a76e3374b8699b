// SPDX-License-Identifier: Apache-2.0
#include "broker/core/message.h"

#include <cstring>
#include <new>

namespace core {

Message::Message(const mqtt::Publish& publish)
    : payload_size_(static_cast<std::uint32_t>(publish.payload.size())),
      topic_size_(static_cast<std::uint16_t>(publish.topic.size())),
      qos_(publish.qos),
      retain_(publish.retain) {
  char* text = reinterpret_cast<char*>(this + 1);
  std::memcpy(text, publish.topic.data(), topic_size_);
  if (payload_size_ != 0) std::memcpy(text + topic_size_, publish.payload.data(), payload_size_);
}

MessageRef MessageRef::make(const mqtt::Publish& publish) {
  void* memory = ::operator new(sizeof(Message) + publish.topic.size() + publish.payload.size());
  return MessageRef(new (memory) Message(publish));
}

MessageRef MessageRef::make_shared(const mqtt::Publish& publish) {
  MessageRef made = make(publish);
  made.message_->is_shared_ = true;
  return made;
}

void MessageRef::release() {
  if (message_ == nullptr || !message_->drop_ref()) return;
  message_->~Message();
  ::operator delete(message_);
}

}  // namespace core
