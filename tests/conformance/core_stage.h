// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>

#include "tests/conformance/stage.h"
#include "tests/support/world.h"

namespace conformance {

/// The broker's core without a socket, in virtual time. Bytes become packets as app::Connection does it; what
/// only app::Greeting decides (the answer to a first packet that is no good CONNECT) is not here: such a
/// connection just ends.
class CoreStage final : public Stage {
 public:
  CoreStage();
  ~CoreStage() override;

  void send(const std::string& client, base::Bytes bytes) override;
  std::vector<std::uint8_t> receive(const std::string& client, std::size_t count) override;
  bool is_closed(const std::string& client) override;
  void drop(const std::string& client) override;
  void pass(base::Duration duration) override { world_.pass(duration); }

 private:
  class ByteLink;
  support::World world_;
  std::map<std::string, std::unique_ptr<ByteLink>> links_;
};

}  // namespace conformance
