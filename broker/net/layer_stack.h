// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <uv.h>

#include "broker/net/byte_layer.h"

namespace net {

/// The layers of one stream, the lowest first, and what they have said that is not written yet. Owned by the
/// stream, and travels with its socket; a plain stream has none, and pays nothing.
class LayerStack {
 public:
  struct Heard {
    std::span<std::uint8_t> up;
    bool has_facts = false;
    bool was_costly = false;
  };

  LayerStack() = default;
  /// Above those that are there.
  void add(std::unique_ptr<ByteLayer> layer) { layers_.push_back(std::move(layer)); }
  bool is_empty() const { return layers_.empty(); }

  /// Bytes of the socket, through all layers. After a layer has closed or failed nothing more is heard.
  Heard hear(std::span<std::uint8_t> bytes, base::Arena& turn);
  /// What the owner of the stream says; becomes part of `wire`.
  void say(std::span<const uv_buf_t> pieces);
  /// Nothing more will be said.
  void end();

  /// Bytes for the socket, in the order they were said.
  std::span<const std::uint8_t> wire() const { return wire_; }
  /// They are written. An idle stream holds no memory for them.
  void forget_wire() { std::vector<std::uint8_t>().swap(wire_); }

  LayerFacts facts() const;
  bool is_costly() const;
  /// Whether none of them has closed or failed.
  bool is_open() const { return state_ == ByteLayer::State::open; }
  bool has_failed() const { return state_ == ByteLayer::State::failed; }
  const std::optional<LayerFault>& fault() const { return fault_; }
  /// Lets those go that only hand on; their facts must have been asked for.
  void drop_done();

  /// Bytes of the socket that wait for a turn with room for a costly computation; the stream's.
  std::vector<std::uint8_t> postponed;

 private:
  void say_in(std::size_t layer, base::Bytes bytes, std::vector<std::uint8_t>& down);
  void descend(std::size_t from, base::Bytes bytes);
  void note(const ByteLayer& layer, const ByteLayer::Heard& heard);

  std::vector<std::unique_ptr<ByteLayer>> layers_;
  std::vector<std::uint8_t> wire_;
  ByteLayer::State state_ = ByteLayer::State::open;
  std::optional<LayerFault> fault_;
  bool has_ended_ = false;
};

}  // namespace net
