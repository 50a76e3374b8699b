// SPDX-License-Identifier: Apache-2.0
// Two users whom the tests know, and who connects as one of them.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/support/wire.h"

namespace people {

// Lines of a password file, as mosquitto_passwd wrote them: their names, and behind the underscore the
// password.
inline constexpr std::string_view ann_secret =
    "ann:$7$101$b8DPNsPSg742YDls$wUo5jz7GiO44T1OanZzMCSn1BG3xt0RxigedNXTCty"
    "/WciMa/EX+dOXWcD/fZn8+PG4hm3caV0dQrAzbRrp/Sw==\n";
inline constexpr std::string_view bob_hidden =
    "bob:$7$101$PkSHB7eYAjo3A4wN$DyfNPgqqvHMj/fLV+/3iSm2WteAPatLKvB2YTX49OY"
    "cJ7ye9UJ5dEkWC86OKCNDxysFwlgwAc3O3ii2H+WKVhg==\n";

/// The CONNECT of either.
inline std::vector<std::uint8_t> connect_as(std::string_view id, bool is_ann) {
  mqtt::Connect connect;
  connect.client_id = id;
  connect.user_name = is_ann ? "ann" : "bob";
  connect.password = base::as_bytes(std::string_view(is_ann ? "secret" : "hidden"));
  return support::encoded(connect);
}

}  // namespace people
