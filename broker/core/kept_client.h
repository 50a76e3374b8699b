// SPDX-License-Identifier: Apache-2.0
// How the journal names a session's client: by its id, and behind a NUL, which no text of MQTT has in it, its
// user; a second NUL behind that says that the user was proven by TLS. An anonymous client is its id alone.
#pragma once
#include <string>
#include <string_view>

#include "broker/core/proof.h"

namespace core {

struct ClientName {
  std::string_view id;
  std::string_view user;
  Proof proof = Proof::password;
};

inline std::string kept_client(const ClientName& name) {
  std::string text(name.id);
  if (!name.user.empty()) text.append(1, '\0').append(name.user);
  if (!name.user.empty() && name.proof == Proof::tls) text.append(1, '\0');
  return text;
}

/// Views into `kept`.
inline ClientName client_name(std::string_view kept) {
  const std::size_t end = kept.find('\0');
  if (end == std::string_view::npos) return {kept, {}};
  const std::string_view user = kept.substr(end + 1);
  if (!user.ends_with('\0')) return {kept.substr(0, end), user};
  return {kept.substr(0, end), user.substr(0, user.size() - 1), Proof::tls};
}

}  // namespace core
