// SPDX-License-Identifier: Apache-2.0
// The bodies of the API's answers, and those of its requests. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/admin/broker_counts.h"
#include "broker/core/session_facts.h"

namespace admin {

/// One door that is shut to logins.
struct Ban {
  std::string whom;  // an address or a user's name
  std::uint32_t failures = 0;
  bool is_ban = false;  // else a back-off
  base::Duration left{};
};

[[nodiscard]] std::string error_json(std::string_view error, std::string_view hint);
/// Every route with its method and what it is for.
[[nodiscard]] std::string routes_json();
[[nodiscard]] std::string stats_json(const BrokerCounts& counts);
[[nodiscard]] std::string client_json(const core::SessionFacts& client);
/// `next` goes into ?after= for the rest; empty: there is none.
[[nodiscard]] std::string clients_json(const std::vector<core::SessionFacts>& clients, std::string_view next);
[[nodiscard]] std::string bans_json(const std::vector<Ban>& bans);
/// `{KEY: true}`, for what has nothing else to say.
[[nodiscard]] std::string done_json(std::string_view what);
/// `{"status": …, "reasons": […]}`.
[[nodiscard]] std::string readiness_json(const std::vector<std::string>& reasons);

/// Lists of texts by their names.
[[nodiscard]] std::string lists_json(
    const std::vector<std::pair<std::string_view, std::vector<std::string>>>& lists);

struct Credentials {
  std::string user;
  std::string password;
};
/// Of `{"user": …, "password": …}`; none: it is not that.
[[nodiscard]] std::optional<Credentials> read_credentials(std::string_view json);

}  // namespace admin
