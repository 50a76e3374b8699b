// SPDX-License-Identifier: Apache-2.0
#include "broker/net/layer_stack.h"

#include <algorithm>
#include <utility>

namespace net {
namespace {

/// What is said in small pieces goes through the layers together: a TLS record holds as much.
constexpr std::size_t gathered_bytes = 16 * 1024;

base::Bytes bytes_of(const uv_buf_t& piece) {
  return {reinterpret_cast<const std::uint8_t*>(piece.base), piece.len};
}

}  // namespace

LayerStack::Heard LayerStack::hear(std::span<std::uint8_t> bytes, base::Arena& turn) {
  if (state_ != ByteLayer::State::open) return {};
  Heard all{bytes};
  for (std::size_t i = 0; i < layers_.size() && !all.up.empty(); ++i) {
    std::vector<std::uint8_t> down;
    const ByteLayer::Heard heard = layers_[i]->hear(all.up, {turn, down});
    if (!down.empty()) descend(i, down);
    note(*layers_[i], heard);
    all = {heard.up, all.has_facts || heard.has_facts, all.was_costly || heard.was_costly};
  }
  return all;
}

/// A lower layer that has closed may have brought the bytes at which an upper one fails.
void LayerStack::note(const ByteLayer& layer, const ByteLayer::Heard& heard) {
  if (heard.state == ByteLayer::State::open || has_failed()) return;
  state_ = heard.state;
  if (has_failed()) fault_ = LayerFault{layer.kind(), std::string(heard.why)};
}

void LayerStack::say_in(std::size_t layer, base::Bytes bytes, std::vector<std::uint8_t>& down) {
  if (layers_[layer]->say(bytes, down) || !is_open()) return;
  state_ = ByteLayer::State::failed;
  fault_ = LayerFault{layers_[layer]->kind(), "nothing can be said to it any more"};
}

/// What the layer `from` sends, through those below it.
void LayerStack::descend(std::size_t from, base::Bytes bytes) {
  std::vector<std::uint8_t> above;
  for (std::size_t i = from; i > 0; --i) {
    std::vector<std::uint8_t> down;
    say_in(i - 1, bytes, down);
    above.swap(down);
    bytes = above;
  }
  wire_.insert(wire_.end(), bytes.begin(), bytes.end());
}

void LayerStack::say(std::span<const uv_buf_t> pieces) {
  if (has_ended_) return;
  const std::size_t top = layers_.size() - 1;
  const auto say_all = [&](base::Bytes bytes) {
    if (top == 0) return say_in(0, bytes, wire_);
    std::vector<std::uint8_t> down;
    say_in(top, bytes, down);
    descend(top, down);
  };
  std::vector<std::uint8_t> gathered;
  for (const uv_buf_t& piece : pieces) {
    if (gathered.size() + piece.len > gathered_bytes) {
      if (!gathered.empty()) say_all(std::exchange(gathered, {}));
    }
    if (piece.len >= gathered_bytes || pieces.size() == 1) {
      say_all(bytes_of(piece));
    } else {
      const base::Bytes bytes = bytes_of(piece);
      gathered.insert(gathered.end(), bytes.begin(), bytes.end());
    }
  }
  if (!gathered.empty()) say_all(gathered);
}

void LayerStack::end() {
  if (std::exchange(has_ended_, true)) return;
  for (std::size_t i = layers_.size(); i > 0; --i) {
    std::vector<std::uint8_t> down;
    layers_[i - 1]->end(down);
    if (!down.empty()) descend(i - 1, down);
  }
}

LayerFacts LayerStack::facts() const {
  LayerFacts all;
  for (const auto& layer : layers_) {
    LayerFacts facts = layer->facts();
    all.is_proxied = all.is_proxied || facts.is_proxied;
    if (facts.peer) all.peer = facts.peer;
    if (!facts.user.empty()) all.user = std::move(facts.user);
  }
  return all;
}

bool LayerStack::is_costly() const {
  return std::ranges::any_of(layers_, [](const auto& layer) { return layer->is_costly(); });
}

void LayerStack::drop_done() {
  std::erase_if(layers_, [](const auto& layer) { return layer->is_done(); });
}

}  // namespace net
