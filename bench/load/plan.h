// SPDX-License-Identifier: Apache-2.0
// What a run does: a shape of the table, changed by the command line.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "broker/mqtt/types.h"

namespace load {

/// Which program runs the shape.
enum class Kind : std::uint8_t { traffic, connections, retained, mesh, durable };

/// Who subscribes to what.
enum class Routes : std::uint8_t {
  all,       // every subscriber to everything, with a wildcard
  pairs,     // subscriber n to publisher n's topic
  gateways,  // each subscriber to 100 gateways, with a wildcard filter each
};

struct Plan {
  std::string_view shape;
  Kind kind = Kind::traffic;
  Routes routes = Routes::all;
  mqtt::Qos qos = mqtt::Qos::at_most_once;
  std::uint32_t publishers = 0;
  std::uint32_t subscribers = 0;
  /// A publisher sends `batch` messages in one write and has at most `depth` batches outstanding.
  std::uint32_t batch = 1;
  std::uint32_t depth = 1;
  std::uint32_t rate = 0;  // messages per second, all publishers together; 0: as fast as the window allows
  std::uint32_t smallest = 100;  // payload bytes
  std::uint32_t largest = 100;
  std::uint32_t count = 0;  // connections, retained topics, mesh packets, durable messages
  std::uint32_t told = 0;   // of a mesh: 1 when somebody listens to mesh/# too
  std::string_view about;

  std::uint32_t warmup_ms = 500;
  std::uint32_t measure_ms = 1500;
  std::uint32_t port = 1883;  // on 127.0.0.1
  std::uint32_t pid = 0;      // of the broker; 0: its CPU and memory are not measured
};

/// `arguments` without the program's name: SHAPE, then --key value. Ends the program on nonsense.
Plan plan_of(std::span<const std::string_view> arguments);

/// What can be written on the command line.
std::string usage();

/// The topic of publisher `number`, as a gateway of that number has it, under another root than the mesh's.
std::string topic_of(std::uint32_t number);

}  // namespace load
