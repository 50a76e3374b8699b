// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace core {

/// What has shown that a client is the user it says: a password (or nothing, where names mean nothing), or
/// the certificate or key of its TLS. The latter needs no line in a users file.
enum class Proof : std::uint8_t { password, tls };

}  // namespace core
