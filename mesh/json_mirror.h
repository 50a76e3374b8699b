// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "mesh/json_text.h"
#include "mesh/node_table.h"
#include "mesh/reception.h"
#include "mesh/text_buffer.h"

namespace mesh {

/// What the mirror needs beside the reception. Borrowed for the call.
struct MirrorSources {
  const NodeTable& nodes;  // names for traceroutes
  JsonText& json_text;
};

/// Appends the JSON that firmware 2.7.26 publishes for this reception, byte for byte (reference section 4). A
/// packet that came encrypted is altered first as the gateway's modules alter theirs: a node's id becomes the
/// one of its number, a neighbour list was last sent by the gateway.
void append_mirror(const Reception& reception, const MirrorSources& sources, TextBuffer& out);

}  // namespace mesh
