// SPDX-License-Identifier: Apache-2.0
// The table of settings: one row per key says how it is written, in which range, and what it is for.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/app/config/config.h"

namespace app {

/// A value as TOML has it, with the reader's own types left behind. `std::monostate`: a kind that no setting
/// takes (a date, a table, a list of other things than strings).
struct Value {
  std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>> typed;
  /// The text of an override, which a text setting takes as it stands (0x01 is a key, 1234 a name); none:
  /// from a file.
  std::optional<std::string> bare;
};

/// What is wrong with a value and what to write instead; none: it was stored.
using Complaint = std::optional<std::string>;

/// One setting. In the name of a list's setting `*` stands for the number: "listener.*.bind".
struct ConfigKey {
  std::string_view name;
  std::string_view range;  // what is checked: "1..65535", "10ms..1h", "process|power|off", or in words
  std::string_view help;
  /// Parses, checks, stores. `index` is the element of the list, which exists; without meaning for other
  /// keys.
  Complaint (*store)(Config& config, std::size_t index, const Value& value, std::string_view range);
  /// Whether the value is one this version accepts but does not act upon; null: the feature is there.
  bool (*is_ignored)(const Config& config, std::size_t index);
  /// Whether two Configs have it differently; `index` is an element of both.
  bool (*differs)(const Config& before, const Config& after, std::size_t index);
  /// A reload changes it; else it holds until the broker starts again.
  bool reloads;

  bool has_effect() const { return is_ignored == nullptr; }
};

/// In the order of conf/meshbroker.toml.
std::span<const ConfigKey> config_keys();

/// A list of tables: its settings are named NAME.*.SETTING.
struct ConfigList {
  std::string_view name;
  std::size_t (*size)(const Config& config);
  void (*resize)(Config& config, std::size_t size);  // new elements have their defaults
  bool reloads;                                      // a reload changes how many there are
};

std::span<const ConfigList> config_lists();

/// "listener.*.bind" and 0 are "listener.0.bind".
std::string numbered_key(std::string_view name, std::size_t index);

/// The settings that were given a value this version does not act upon yet, lists by number:
/// "listener.0.tls.cert".
std::vector<std::string> keys_without_effect(const Config& config);

}  // namespace app
