// SPDX-License-Identifier: Apache-2.0
#include "mesh/outcome.h"

#include <cstddef>

namespace mesh {
namespace {

constexpr std::string_view counter_prefix = "mesh_";

}  // namespace

const base::Counters<Outcome, base::Writers::several>::Names outcome_names = {
    "mesh_json_published",  "mesh_payload_malformed",
    "mesh_json_named",      "mesh_duplicate",
    "mesh_unsupported",     "mesh_gateway_served",
    "mesh_own_number",      "mesh_json_off",
    "mesh_empty",           "mesh_oversize",
    "mesh_not_an_envelope", "mesh_incomplete_envelope",
    "mesh_topic_mismatch",  "mesh_no_key",
    "mesh_wrong_hash",      "mesh_wrong_key",
    "mesh_map_report",      "mesh_map_report_malformed",
    "mesh_mirror_off",
};

std::string_view word_for(Outcome outcome) {
  return outcome_names[static_cast<std::size_t>(outcome)].substr(counter_prefix.size());
}

}  // namespace mesh
