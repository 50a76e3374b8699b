// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include <proto/mesh.pb.h>

#include "mesh/json_object.h"

namespace mesh {

/// Adds every value that the device has sent, under the devices' own field names, to the open object. Answers
/// with the kind, such as "device_metrics"; empty when there is none.
std::string_view write_metrics(const proto::Telemetry& telemetry, JsonObject& json);

}  // namespace mesh
