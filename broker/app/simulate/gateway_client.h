// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "broker/net/tcp_connector.h"
#include "broker/net/tcp_stream.h"
#include "mesh/world/device.h"
#include "mesh/world/device_link.h"
#include "mesh/world/uplink.h"

namespace app::simulate {

/// What happened at the gateways, all together.
struct Tally {
  std::uint64_t published = 0;
  std::uint64_t queued = 0;     // while the broker was away
  std::uint64_t lost = 0;       // of these, by newer ones
  std::uint64_t too_large = 0;  // for a gateway's buffer
  std::uint64_t echoes = 0;     // own publishes that came back
  std::uint64_t discarded = 0;  // larger than a gateway's buffer
  std::uint64_t connects = 0;
  std::uint64_t breaks = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(mesh::world::Ruling::end_)> downlinks{};
};

/// A gateway on a socket, as its firmware connects, publishes and reads. Owned by the simulation; loop's
/// thread.
class GatewayClient final : net::StreamOwner {
 public:
  struct Parts {
    net::Loop& loop;
    const net::Address& broker;
    Tally& tally;
  };
  GatewayClient(const Parts& parts, mesh::world::DeviceConfig config, mesh::world::Login login);

  /// Up to so many of the firmware's loops, as long as there is something to read. Reconnects in time.
  void run_loops(std::size_t most);
  /// Now, or kept for later. True: it is on its way. The radio has had that packet.
  bool publish(mesh::world::Message message, const mesh::world::AirPacket& packet);
  /// Streams that are over go.
  void after_flush();

  const mesh::world::DeviceConfig& config() const { return device_.config(); }
  bool is_connected() const { return link_.state() == mesh::world::DeviceLink::State::connected; }
  /// Its last attempt failed, or its connection ended: why. Empty: it is connected, or on its way.
  const std::string& trouble() const { return trouble_; }

 private:
  void on_bytes(std::span<std::uint8_t> bytes) override { link_.on_bytes(bytes); }
  void on_refused() override {}
  void on_drained() override {}
  void on_overrun() override { end("it takes nothing any more"); }
  void on_closed(int status) override { end(std::string(net::status_text(status))); }
  void on_connected(base::Expected<std::unique_ptr<net::TcpStream>, int> stream);
  void end(std::string why);
  void run_loop();
  void take(const mesh::world::Arrived& arrived);
  bool send(const mesh::world::Message& message);
  void write_output();

  Parts parts_;
  mesh::world::Device device_;
  mesh::world::DeviceLink link_;
  mesh::world::OfflineQueue queue_;
  net::TcpConnector connector_;
  std::unique_ptr<net::TcpStream> stream_;
  bool is_over_ = false;  // the stream is
  base::TimePoint retry_at_;
  std::string trouble_;
};

}  // namespace app::simulate
