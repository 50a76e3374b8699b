// SPDX-License-Identifier: Apache-2.0
// The normative statements of MQTT 3.1.1 as a table, and what the cases leave open of it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/vectors.h"

namespace conformance {

enum class Binds { server, client, both };

struct Statement {
  std::string id;  // "MQTT-3.1.0-1"
  Binds binds = Binds::server;
  std::string sentence;
  std::string excuse;  // why no case can show it yet; usually empty
};

/// Lines of `ID | server or client or both | sentence`, and ` | why no case shows it` where that is so. The
/// error begins with `file:line: `.
[[nodiscard]] base::Expected<std::vector<Statement>, std::string> parse_statements(std::string_view text,
                                                                                   const std::string& file);

/// Statements that bind a server and have neither a case nor an excuse, or both; clauses that cases name and
/// that do not exist. One line each, empty: all is well.
[[nodiscard]] std::vector<std::string> gaps(const std::vector<Statement>& statements,
                                            const std::vector<Case>& cases);

}  // namespace conformance
