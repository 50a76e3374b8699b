// SPDX-License-Identifier: Apache-2.0
// Three clients and a broker, beside the simulation's model. Four bytes choose the limits; then come steps: a
// byte with its highest bit set is followed by a length and as many raw bytes for the client its low bits
// name, any other by the six bytes of an act. Whatever gets through the decoder is told to the model too, so
// that a raw conversation is judged as strictly as one of acts.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "broker/base/bytes.h"
#include "tests/simulation/player.h"

namespace {

constexpr std::size_t clients = 3;
constexpr std::uint8_t raw_bit = 0x80;

/// Takes bytes off the input; zeroes when it is at its end.
template <std::size_t count>
std::array<std::uint8_t, count> take(base::Bytes& input) {
  std::array<std::uint8_t, count> taken{};
  const std::size_t there = std::min(count, input.size());
  std::copy_n(input.begin(), there, taken.begin());
  input = input.subspan(there);
  return taken;
}

void step(simulation::Run& run, base::Bytes& input) {
  const std::uint8_t what = take<1>(input)[0];
  if ((what & raw_bit) == 0) return run.play(simulation::make_act(take<simulation::act_bytes>(input)));
  const std::size_t wanted = take<1>(input)[0];
  const std::size_t length = std::min(wanted, input.size());
  run.send_raw(what & 0x7fU, input.first(length));
  input = input.subspan(length);
}

/// Prints what happened when told to. True: broker and model agreed.
bool agrees(base::Bytes input, bool is_telling) {
  simulation::Setup setup = simulation::make_setup(take<4>(input));
  setup.clients = clients;
  simulation::Run run(setup, is_telling);
  while (!input.empty() && run.fault().empty()) step(run, input);
  run.finish();
  for (const std::string& line : run.story()) std::fprintf(stderr, "%s\n", line.c_str());
  if (is_telling) std::fprintf(stderr, "fault: %s\n", run.fault().c_str());
  return run.fault().empty();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::Bytes input(data, size);
  if (agrees(input, false)) return 0;
  agrees(input, true);
  std::abort();
}
