// SPDX-License-Identifier: Apache-2.0
// A PROXY header from anybody: it is known at its last byte and not before, and however it is cut the same
// comes out.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "broker/base/check.h"
#include "broker/net/proxy_protocol.h"

namespace {

/// What is handed on of `bytes`, `cut` at a time; whether it failed.
std::pair<std::vector<std::uint8_t>, bool> hear(std::vector<std::uint8_t> bytes, std::size_t cut) {
  const auto layer = net::make_proxy_layer();
  base::Arena turn;
  std::vector<std::uint8_t> down, up;
  for (std::size_t at = 0; at < bytes.size(); at += cut) {
    const auto heard =
        layer->hear(std::span(bytes).subspan(at, std::min(cut, bytes.size() - at)), {turn, down});
    up.insert(up.end(), heard.up.begin(), heard.up.end());
    if (heard.state != net::ByteLayer::State::open) return {up, true};
  }
  return {up, false};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const base::Bytes bytes(data + 1, size - 1);
  const auto whole = net::parse_proxy_header(bytes);
  if (whole && *whole) {
    CHECK((*whole)->bytes > 0 && (*whole)->bytes <= std::min(bytes.size(), net::max_proxy_header_bytes));
    const auto lacking = net::parse_proxy_header(bytes.first((*whole)->bytes - 1));
    CHECK(lacking && !*lacking);
  }
  if (whole && !*whole) CHECK(bytes.size() < net::max_proxy_header_bytes);
  const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  CHECK(hear(copy, copy.size()) == hear(copy, 1U + data[0] % 16U));
  return 0;
}
