// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

#include "broker/base/counters.h"

namespace mesh {

/// What became of one message on a mesh topic. Each has its counter; all but the first leave a debug line,
/// too.
enum class Outcome : std::uint8_t {
  published,             // JSON with all the firmware would say
  payload_malformed,     // JSON without "payload": a device could not decode it either
  named,                 // another copy, for those who asked for this gateway's
  duplicate,             // another copy of this packet was published within the window
  unsupported,           // the firmware would say "type":"", which nobody asked for
  served,                // a gateway that publishes JSON itself
  own_number,            // it bears the broker's own number, and a client has published it
  json_off,              // a channel with json = false
  empty,                 // no bytes: what a gateway publishes when it cannot encode
  oversize,              // longer than any envelope a device makes or takes
  not_an_envelope,       // a device could not decode it
  incomplete,            // no packet, channel id or gateway id
  topic_mismatch,        // the envelope names another channel or gateway than its topic
  no_key,                // encrypted, and no key is known for that channel name
  wrong_hash,            // keys are known, but the packet's channel hash belongs to none
  wrong_key,             // the hash fits, but what comes out is no Data with a port
  map_report,            // a map report with a name that was learned
  map_report_malformed,  // something else on a map topic
  mirror_off,            // read for other purposes than the mirror's
  end_,
};

/// Counter names, in the order above.
extern const base::Counters<Outcome, base::Writers::several>::Names outcome_names;

/// The outcome as a word for log lines.
std::string_view word_for(Outcome outcome);

}  // namespace mesh
