// SPDX-License-Identifier: Apache-2.0
// Every case of tests/vectors/mqtt, once without a socket and twice over TCP.
#include <catch2/catch.hpp>

#include "tests/conformance/core_stage.h"
#include "tests/conformance/play.h"
#include "tests/conformance/tcp_stage.h"
#include "tests/conformance/vector_files.h"

using conformance::all_cases;
using conformance::Case;
using conformance::Players;
using conformance::TcpStage;

namespace {

/// A fresh broker for every case; a failing one does not stop the others.
template <class Stage, class... Arguments>
void play_all(Players left_out, Arguments... arguments) {
  std::size_t played = 0;
  for (const Case& each : all_cases()) {
    if (each.players == left_out) continue;
    ++played;
    Stage stage(arguments...);
    const auto fault = conformance::play(each, stage);
    if (fault) FAIL_CHECK(*fault);
  }
  CHECK(played > all_cases().size() / 2);
}

}  // namespace

TEST_CASE("every case holds without a socket, in virtual time") {
  play_all<conformance::CoreStage>(Players::tcp_only);
}

TEST_CASE("every case holds over TCP") {
  play_all<TcpStage>(Players::core_only, TcpStage::Writes::whole, 1U);
}

TEST_CASE("every case holds over TCP when its clients live on several workers") {
  play_all<TcpStage>(Players::core_only, TcpStage::Writes::whole, 3U);
}

TEST_CASE("every case holds over TCP when each byte comes alone") {
  play_all<TcpStage>(Players::core_only, TcpStage::Writes::byte_by_byte, 1U);
}
