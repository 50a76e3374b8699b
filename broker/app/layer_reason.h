// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "broker/core/close_reason.h"
#include "broker/net/byte_layer.h"

namespace app {

/// A layer's failure as the reason that stands in the log and is counted.
inline core::CloseReason close_reason_of(net::LayerKind kind) {
  switch (kind) {
    case net::LayerKind::proxy:
      return core::CloseReason::proxy_error;
    case net::LayerKind::tls:
      return core::CloseReason::tls_error;
    case net::LayerKind::websocket:
      return core::CloseReason::websocket_error;
  }
  return core::CloseReason::connection_lost;
}

}  // namespace app
