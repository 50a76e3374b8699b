// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

#include "broker/base/buffer.h"
#include "broker/base/bytes.h"

namespace mesh {

/// Whole unsigned numbers in what is kept over restarts.
template <class Number>
void put(base::Buffer& out, Number number) {
  for (std::size_t shift = sizeof(Number) * 8; shift > 0; shift -= 8)
    out.u8(static_cast<std::uint8_t>(number >> (shift - 8)));
}

/// 0 when there is too little; the reader knows.
template <class Number>
Number take(base::Reader& in) {
  Number number = 0;
  for (const std::uint8_t byte : in.take(sizeof(Number))) number = static_cast<Number>(number << 8 | byte);
  return number;
}

}  // namespace mesh
