// SPDX-License-Identifier: Apache-2.0
// Brokers with the mesh plugin, one or several as workers of one process, in virtual time and without a
// socket; clients on lines. State survives a restart by a journal in memory.
#pragma once
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/arena.h"
#include "broker/base/log.h"
#include "broker/core/broker.h"
#include "mesh/mesh_plugin.h"
#include "tests/mesh/line.h"
#include "tests/support/memory_journal.h"

namespace meshtest {

class Stage {
 public:
  Stage(const mesh::MeshConfig& config, std::size_t workers, base::TimePoint start);
  ~Stage();

  /// A new connection to that worker.
  std::shared_ptr<Line> connect(std::size_t worker, Line::Receive receive);
  /// Everything that the brokers have to do now, also for each other.
  void turn();
  /// Time goes on: deadlines, and a tick each second.
  void pass_to(base::TimePoint until);
  /// The plugin is told once more, everything is kept; all lines are lost, and a new process starts.
  void restart();

  base::TimePoint now() const { return now_; }
  std::uint64_t count(mesh::Outcome outcome) const;

 private:
  struct Worker;
  struct Process;
  void start();
  bool has_mail() const;

  const mesh::MeshConfig config_;
  const std::size_t workers_;
  base::TimePoint now_;
  base::TimePoint next_tick_;
  base::Log log_;
  core::Restored restored_;
  std::unique_ptr<Process> process_;
};

}  // namespace meshtest
