// SPDX-License-Identifier: Apache-2.0
// Packets by name: `PUBLISH t 'hi' qos=1 id=7` for `32 {('t') 00 07 'hi'}`. Written out here once more rather
// than encoded by broker/mqtt, whose work the cases judge.
#pragma once
#include <string>
#include <string_view>

#include "tests/conformance/pattern.h"

namespace conformance {

/// One packet by its name as bytes in words; what has no name comes back as it is. `client` is the client id
/// of a CONNECT that brings none. The error says what is wrong.
[[nodiscard]] base::Expected<std::string, std::string> spell_packet(std::string_view packet,
                                                                    std::string_view client);

/// A line's packets, joined by ` + `.
[[nodiscard]] base::Expected<Pattern, std::string> parse_packets(std::string_view line,
                                                                 std::string_view client);

}  // namespace conformance
