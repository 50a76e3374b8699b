// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "broker/base/counters.h"
#include "broker/base/guarded.h"
#include "broker/base/log.h"
#include "broker/plugin/plugin.h"
#include "mesh/key_pins.h"
#include "mesh/packet_identity.h"
#include "mesh/reception.h"
#include "mesh/signature_checker.h"
#include "mesh/signature_verdict.h"

namespace mesh {

enum class KeyMetric : std::uint8_t {
  pinned,
  changed,        // another key than the pinned was announced, and refused
  replaced,       // another key was taken over
  unusable,       // what was announced is no key
  direct_opened,  // direct messages of the operator's nodes, by what became of them
  direct_key_unknown,
  direct_wrong_key,
  direct_undecodable,
  signature_valid,
  signature_invalid,
  signature_unverified,
  signature_key_unknown,
  end_,
};

/// The verdict on a packet whose signature was verified.
struct Judged {
  PacketIdentity packet;
  SignatureVerdict verdict = SignatureVerdict::none;
};

/// What the plugin does with nodes' keys: pins them, reports a changed one, has signatures verified, keeps
/// the pins over a restart under `mesh/key/HHHHHHHH`. Owned by the plugin. Any thread; `restore` and
/// `on_tick` on the first worker's.
class NodeKeys {
 public:
  /// `log` must outlive it.
  NodeKeys(std::size_t capacity, const base::Log& log);

  const KeyPins& pins() const { return pins_; }

  /// A packet was read: a node info may have a key, a direct message is counted.
  void heard(const Reception& reception, const plugin::Host& host, base::TimePoint now);

  /// To be asked once for a packet. `unverified` may become another verdict: see take_judged.
  SignatureVerdict judge(const PacketIdentity& identity, const proto::MeshPacket& packet,
                         const proto::Data& data);
  /// Verdicts that have come since the last call.
  std::vector<Judged> take_judged();
  SignatureChecker& checker() { return checker_; }

  void restore(std::string_view name, base::Bytes value);
  void on_tick(plugin::Host& host);
  std::vector<base::Count> counts() const { return counters_.read(); }

 private:
  struct Ration {
    base::TimePoint period_end;
    std::uint32_t lines = 0;
  };
  void report(std::string_view event, std::uint32_t number, base::TimePoint now);

  KeyPins pins_;
  const base::Log& log_;
  base::Guarded<Ration> ration_;
  base::Counters<KeyMetric, base::Writers::several> counters_;
  SignatureChecker checker_;
};

}  // namespace mesh
