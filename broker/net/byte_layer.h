// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/arena.h"
#include "broker/base/bytes.h"
#include "broker/net/address.h"

namespace net {

enum class LayerKind : std::uint8_t { proxy, tls, websocket };

/// What a layer has found out about the other side.
struct LayerFacts {
  bool is_proxied = false;      // somebody else speaks for the client
  std::optional<Address> peer;  // whom it speaks for, if it says so
  std::string user;             // who has proved to be whom; empty: nobody
};

/// A filter between socket and protocol: bytes in, bytes out. It knows no socket, no loop and no clock, so it
/// can go to another thread between two calls. Owned by a LayerStack.
class ByteLayer {
 public:
  enum class State : std::uint8_t {
    open,
    closed,  // the other side has said its last
    failed,  // what it said makes no sense; nothing more is looked at
  };
  /// Where a call may put bytes: in memory that lives until the flush, or behind what goes down.
  struct Room {
    base::Arena& turn;
    std::vector<std::uint8_t>& down;
  };
  struct Heard {
    std::span<std::uint8_t> up;  // for the layer above; lives until the flush
    State state = State::open;
    std::string_view why = {};  // of `failed`; lives as long as the layer
    bool has_facts = false;     // `facts` has changed
    bool was_costly = false;    // it took a computation that counts: see Loop
  };

  virtual ~ByteLayer() = default;
  virtual LayerKind kind() const = 0;
  /// Bytes from below. They may be written to, and what they mean may stand in their place.
  virtual Heard hear(std::span<std::uint8_t> bytes, Room room) = 0;
  /// The layer above says these bytes. False: they cannot be said, it is at its end.
  [[nodiscard]] virtual bool say(base::Bytes bytes, std::vector<std::uint8_t>& down) = 0;
  /// Nothing more will be said.
  virtual void end(std::vector<std::uint8_t>& down) = 0;
  virtual LayerFacts facts() const { return {}; }
  /// Whether the next bytes may take a computation that counts.
  virtual bool is_costly() const { return false; }
  /// Whether it only hands bytes on from now on, so that it can go.
  virtual bool is_done() const { return false; }
};

/// Why a layer has failed.
struct LayerFault {
  LayerKind kind;
  std::string why;
};

}  // namespace net
