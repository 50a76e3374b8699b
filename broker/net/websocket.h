// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "broker/net/byte_layer.h"
#include "broker/net/upgrade.h"

namespace net {

/// MQTT by WebSocket, the server's side (RFC 6455; MQTT 3.1.1, 6): the HTTP upgrade, then binary frames in
/// either direction, which packets may span or share. Pings are answered, text ends it.
[[nodiscard]] std::unique_ptr<ByteLayer> make_websocket_layer(UpgradeRules rules);

}  // namespace net
