// SPDX-License-Identifier: Apache-2.0
// What has been read of a mosquitto.conf so far. Values; owned by convert() in import.h, one thread.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace app::mosquitto {

/// One option as written. `where` is "FILE:LINE".
struct Line {
  std::string where;
  std::string_view name;
  std::string_view value;
};

/// Keys of meshbroker and their values in TOML.
using Values = std::map<std::string, std::string, std::less<>>;

struct ListenerDraft {
  std::string where;  // of its first line; "" = nobody has written it
  std::string host;
  std::string socket_path;
  std::string ca_file;
  std::string identity;  // of tls.user: "cn" or "subject"
  std::string anonymous;
  std::int64_t port = 1883;
  bool is_psk = false;
  bool requires_certificate = false;
  Values values;  // without "listener.*."
};

struct Draft {
  Values values;
  ListenerDraft unnamed;  // that of port and bind_address
  std::vector<ListenerDraft> listeners;
  std::string anonymous;  // "true", "false" or "" = not said
  std::string psk_file;   // in TOML
  std::string log_level;
  std::vector<std::string> notes;  // "FILE:LINE: what"
  bool is_per_listener = false;
  bool is_kept = false;
  bool is_refused = false;  // mosquitto would not start with this file either

  /// The one that lines of listeners speak of.
  ListenerDraft& listener() { return listeners.empty() ? unnamed : listeners.back(); }
  void note(std::string_view where, std::string_view what) {
    notes.push_back(std::string(where) + ": " + std::string(what));
  }
};

/// As TOML's basic string. UTF-8 in, without NUL.
std::string toml_text(std::string_view text);

}  // namespace app::mosquitto
