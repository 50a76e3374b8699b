// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

#include "broker/core/message.h"
#include "broker/core/stamp.h"
#include "broker/mqtt/packet.h"

namespace core {

/// A message that entered the broker at another worker. Views into what carries it.
struct Forwarded {
  mqtt::Publish publish;
  std::span<std::uint8_t> frame{};  // the packet it came in, which may be patched; empty: there is none
  Stamp stamp = 0;                  // not 0: to be retained
  MessageRef shared{};              // the message itself where both retain it, or null
  bool is_named = false;            // only for subscriptions whose last level is spelled out
};

}  // namespace core
