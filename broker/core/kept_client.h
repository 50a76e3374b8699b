// SPDX-License-Identifier: Apache-2.0
// How the journal names a session's client: by its id, and behind a NUL, which no text of MQTT has in it, its
// user. An anonymous client is its id alone.
#pragma once
#include <string>
#include <string_view>

namespace core {

struct ClientName {
  std::string_view id;
  std::string_view user;
};

inline std::string kept_client(const ClientName& name) {
  std::string text(name.id);
  if (!name.user.empty()) text.append(1, '\0').append(name.user);
  return text;
}

/// Views into `kept`.
inline ClientName client_name(std::string_view kept) {
  const std::size_t end = kept.find('\0');
  if (end == std::string_view::npos) return {kept, {}};
  return {kept.substr(0, end), kept.substr(end + 1)};
}

}  // namespace core
