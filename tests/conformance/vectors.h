// SPDX-License-Identifier: Apache-2.0
// The cases of tests/vectors/mqtt as values. The language is described there, in README.md.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/time.h"
#include "tests/conformance/pattern.h"

namespace conformance {

enum class Action {
  send,    // a client sends
  expect,  // a client is sent exactly this next
  silent,  // a client has been sent nothing more: a PINGREQ is answered first
  closes,  // the broker has closed a client's connection, and said nothing more before
  drops,   // a client's connection is lost
  waits,   // time passes
};

struct Step {
  Action action = Action::send;
  std::string client;
  Pattern bytes;               // of send and expect
  base::Duration duration{0};  // of waits
  std::size_t line = 0;
};

/// Where a case can be played.
enum class Players { all, core_only, tcp_only };

struct Case {
  std::string name;
  std::vector<std::string> clauses;  // "MQTT-3.1.0-1", or "section 2.2.3" where no statement has a number
  Players players = Players::all;
  std::string file;
  std::size_t line = 0;
  std::vector<Step> steps;
};

/// `file` is for messages only. The error begins with `file:line: `.
[[nodiscard]] base::Expected<std::vector<Case>, std::string> parse_vectors(std::string_view text,
                                                                           const std::string& file);

}  // namespace conformance
