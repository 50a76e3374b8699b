// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>

#include <proto/mesh.pb.h>

#include "broker/base/bytes.h"
#include "mesh/key_pins.h"
#include "mesh/key_set.h"
#include "mesh/pki.h"

namespace mesh {

/// What became of a packet that was encrypted with its addressee's public key.
enum class DirectOutcome : std::uint8_t {
  none,  // it was not
  opened,
  foreign,      // between nodes whose private keys are not known
  key_unknown,  // the other node has announced no public key yet
  wrong_key,    // it does not open: altered, or one of the two has another key now
  undecodable,  // it opened, and is no Data message
};

/// The channel that direct messages count as: index 0, like in the addressee's firmware.
const Channel& direct_channel();

/// Opens direct messages to and from nodes whose private key is known. Agreed keys are remembered, because an
/// agreement costs about 40 µs: at most `max_agreed`, then all are forgotten. One thread at a time.
class DirectMessages {
 public:
  static constexpr std::size_t max_agreed = 256;

  /// Null: no public key is known but those of the nodes themselves.
  explicit DirectMessages(const KeyPins* pins) : pins_(pins) {}

  struct Opened {
    DirectOutcome outcome = DirectOutcome::none;
    base::Bytes plaintext;  // in `out`
  };
  /// `out` is at least as long as the encrypted bytes.
  Opened open(const proto::MeshPacket& packet, const KeySet& keys, std::span<std::uint8_t> out);
  /// The private keys have changed.
  void forget() { agreed_.clear(); }

 private:
  struct Ends {
    std::uint32_t own = 0;
    std::uint32_t other = 0;
  };
  Opened open_between(const Ends& ends, const proto::MeshPacket& packet, const KeySet& keys,
                      std::span<std::uint8_t> out);
  const SharedKey* agreed_key(const Ends& ends, const PublicKey& theirs, const KeySet& keys);

  const KeyPins* const pins_;
  std::map<std::pair<std::uint32_t, PublicKey>, SharedKey> agreed_;  // by own number and the other's key
};

}  // namespace mesh
