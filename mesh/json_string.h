// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "mesh/text_buffer.h"

namespace mesh {

/// Appends a string as the devices write it, quotes included: slashes escaped, controls and DEL as \b \f \n
/// \r \t or \u00xx in lower case, everything above ASCII as it is. Bytes that are not UTF-8, which the
/// devices would copy, become U+FFFD (reference section 4.1).
void append_string(std::string_view text, TextBuffer& out);

/// The same with slashes as they are, for JSON of our own form.
void append_plain_string(std::string_view text, TextBuffer& out);

}  // namespace mesh
