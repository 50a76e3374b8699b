// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "broker/app/simulate/gateway_client.h"
#include "broker/app/simulate_options.h"
#include "broker/net/loop.h"
#include "broker/net/timer.h"
#include "mesh/text_buffer.h"
#include "mesh/world/world.h"

namespace app::simulate {

/// A world in real time, or faster, and its gateways' connections. Owned by the command; loop's thread.
class Simulation {
 public:
  /// All outlive it. Every publish becomes a line on `out`.
  Simulation(net::Loop& loop, const net::Address& broker, const SimulateOptions& options,
             const mesh::world::WorldConfig& world, std::ostream& out);

  /// Why it could not begin; empty: it could.
  const std::string& failure() const { return failure_; }
  const Tally& tally() const { return tally_; }
  void after_flush();

 private:
  enum class Phase : std::uint8_t { connecting, running, settling };
  struct Event {
    base::Duration at;
    std::uint64_t order;  // so that the same seed gives the same lines, whatever the loop's turns are
    mesh::world::Publication publication;
    std::shared_ptr<const mesh::world::Transmission> sent;
    friend bool operator>(const Event& a, const Event& b) {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };

  void tick();
  void begin_when_connected();
  void fail(std::string why);
  void run();
  void settle();
  void take_transmissions(base::Duration until);
  void publish(const Event& event);
  void write_line(const Event& event, const mesh::world::DeviceConfig& gateway, bool is_sent);

  net::Loop& loop_;
  const SimulateOptions& options_;
  mesh::world::World world_;
  std::ostream& out_;
  Tally tally_;
  std::vector<std::unique_ptr<GatewayClient>> gateways_;
  std::vector<Event> events_;  // a heap, the next first
  base::Duration taken_until_{0};
  std::uint64_t orders_ = 0;
  Phase phase_ = Phase::connecting;
  base::TimePoint phase_began_;
  std::uint64_t echoes_before_ = 0;
  std::string failure_;
  mesh::TextBuffer line_;
  net::Timer timer_;
};

}  // namespace app::simulate
