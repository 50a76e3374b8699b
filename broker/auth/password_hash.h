// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/expected.h"

namespace auth {

/// `unable`: it could not be computed (no memory); says nothing about the password.
enum class Verdict : std::uint8_t {
  right,
  wrong,
  unable,
  withdrawn,  // nobody has looked: see PasswordWork::withdraw
};

/// What an entry of a users file may ask of the machine, and what is taken for a hash at all.
inline constexpr std::uint32_t max_pbkdf2_iterations = 2'000'000;
inline constexpr std::uint32_t max_argon2_memory_kib = 256 * 1024;
/// Memory times passes: what the computing time grows with.
inline constexpr std::uint32_t max_argon2_kib_passes = 2 * 1024 * 1024;
inline constexpr std::uint32_t max_argon2_lanes = 16;
inline constexpr std::size_t min_salt_bytes = 8;
inline constexpr std::size_t max_salt_bytes = 64;

/// A salted hash of a password, in one of the forms mosquitto writes: `$6$SALT$HASH` (SHA-512, once),
/// `$7$ITERATIONS$SALT$HASH` (PBKDF2 with HMAC-SHA-512), `$argon2id$v=19$m=KIB,t=PASSES,p=LANES$SALT$HASH`. A
/// value; any thread.
class PasswordHash {
 public:
  /// The error is a sentence that quotes nothing of `text`.
  [[nodiscard]] static base::Expected<PasswordHash, std::string> parse(std::string_view text);
  /// A new one: argon2id with a random salt. Takes about 25 ms and 19 MiB. The error is a sentence.
  [[nodiscard]] static base::Expected<PasswordHash, std::string> make(std::string_view password);
  /// Costs as much as this one and fits no password.
  [[nodiscard]] PasswordHash unmatchable() const;
  /// As `make` writes them, but for no password.
  [[nodiscard]] static PasswordHash unmatchable_new();

  /// Takes its time: never on a loop's thread.
  [[nodiscard]] Verdict verify(std::string_view password) const;
  std::string text() const;
  /// What verifying costs, roughly in microseconds.
  std::uint64_t cost() const;

  friend bool operator==(const PasswordHash&, const PasswordHash&) = default;

 private:
  enum class Kind : std::uint8_t { sha512, pbkdf2_sha512, argon2id };
  using Octets = std::vector<std::uint8_t>;
  using Parsed = base::Expected<PasswordHash, std::string>;

  static Parsed parse_sha512(const std::vector<std::string_view>& parts);
  static Parsed parse_pbkdf2(const std::vector<std::string_view>& parts);
  static Parsed parse_argon2id(const std::vector<std::string_view>& parts);
  static PasswordHash with_new_settings();
  /// Empty: it could not be computed.
  Octets computed(std::string_view password) const;
  Octets computed_sha512(std::string_view password) const;
  Octets computed_pbkdf2(std::string_view password) const;
  Octets computed_argon2id(std::string_view password) const;

  Kind kind_ = Kind::argon2id;
  std::uint32_t passes_ = 1;      // iterations of PBKDF2, t of argon2id
  std::uint32_t memory_kib_ = 0;  // m of argon2id
  std::uint32_t lanes_ = 0;       // p of argon2id
  Octets salt_;
  Octets hash_;
};

}  // namespace auth
