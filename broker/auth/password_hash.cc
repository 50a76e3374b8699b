// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/password_hash.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <argon2.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "broker/auth/base64.h"

namespace auth {
namespace {

using Octets = std::vector<std::uint8_t>;

constexpr std::size_t sha512_bytes = 64;
constexpr std::size_t min_argon2_hash_bytes = 16;
constexpr std::size_t max_argon2_hash_bytes = 64;
/// argon2 itself wants that much memory for each lane.
constexpr std::uint32_t min_argon2_kib_per_lane = 8;

/// OWASP's first recommendation for argon2id: what a guess costs, without making two logins at a time
/// something that a small machine feels.
constexpr std::uint32_t new_memory_kib = 19'456;
constexpr std::uint32_t new_passes = 2;
constexpr std::uint32_t new_lanes = 1;
constexpr std::size_t new_salt_bytes = 16;
constexpr std::size_t new_hash_bytes = 32;

auto no(std::string why) { return base::make_unexpected(std::move(why)); }

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// Decimal, without sign, blanks or leading zeros.
std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The number of "KEY=NUMBER".
std::optional<std::uint32_t> number_of(std::string_view key, std::string_view text) {
  if (!text.starts_with(key)) return std::nullopt;
  return number(text.substr(key.size()));
}

std::optional<std::string> salt_fault(const std::optional<Octets>& salt) {
  if (!salt) return "the salt is no base64";
  if (salt->size() >= min_salt_bytes && salt->size() <= max_salt_bytes) return std::nullopt;
  return fmt::format("the salt has {} bytes; {} to {} are allowed", salt->size(), min_salt_bytes,
                     max_salt_bytes);
}

std::optional<std::string> hash_fault(const std::optional<Octets>& hash, std::size_t least,
                                      std::size_t most) {
  if (!hash) return "the hash is no base64";
  if (hash->size() >= least && hash->size() <= most) return std::nullopt;
  return fmt::format("the hash has {} bytes; {} to {} are allowed", hash->size(), least, most);
}

std::optional<std::string> argon2_fault(std::uint32_t memory_kib, std::uint32_t passes, std::uint32_t lanes) {
  if (lanes < 1 || lanes > max_argon2_lanes) return fmt::format("p must be 1 to {}", max_argon2_lanes);
  if (memory_kib < min_argon2_kib_per_lane * lanes || memory_kib > max_argon2_memory_kib) {
    return fmt::format("m (KiB) must be {} to {}", min_argon2_kib_per_lane * lanes, max_argon2_memory_kib);
  }
  if (passes < 1 || passes > max_argon2_kib_passes / memory_kib) {
    return fmt::format("t must be 1 to {} with m={}", max_argon2_kib_passes / memory_kib, memory_kib);
  }
  return std::nullopt;
}

const unsigned char* as_octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

base::Expected<PasswordHash, std::string> PasswordHash::parse(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, '$');
  if (parts.size() >= 2 && parts[0].empty()) {
    if (parts[1] == "6") return parse_sha512(parts);
    if (parts[1] == "7") return parse_pbkdf2(parts);
    if (parts[1] == "argon2id") return parse_argon2id(parts);
  }
  return no("no hash of a kind that is known ($argon2id$, $7$, $6$)");
}

PasswordHash::Parsed PasswordHash::parse_sha512(const std::vector<std::string_view>& parts) {
  if (parts.size() != 4) return no("a hash of kind 6 is $6$SALT$HASH");
  auto salt = base64_bytes(parts[2], Padding::equals_signs);
  auto hash = base64_bytes(parts[3], Padding::equals_signs);
  if (const auto fault = salt_fault(salt)) return no(*fault);
  if (const auto fault = hash_fault(hash, sha512_bytes, sha512_bytes)) return no(*fault);
  PasswordHash parsed;
  parsed.kind_ = Kind::sha512;
  parsed.salt_ = *std::move(salt);
  parsed.hash_ = *std::move(hash);
  return parsed;
}

PasswordHash::Parsed PasswordHash::parse_pbkdf2(const std::vector<std::string_view>& parts) {
  if (parts.size() != 5) return no("a hash of kind 7 is $7$ITERATIONS$SALT$HASH");
  const auto iterations = number(parts[2]);
  if (!iterations || *iterations < 1 || *iterations > max_pbkdf2_iterations) {
    return no(fmt::format("the iterations must be 1 to {}", max_pbkdf2_iterations));
  }
  Parsed parsed = parse_sha512({parts[0], parts[1], parts[3], parts[4]});
  if (!parsed) return parsed;
  parsed->kind_ = Kind::pbkdf2_sha512;
  parsed->passes_ = *iterations;
  return parsed;
}

PasswordHash::Parsed PasswordHash::parse_argon2id(const std::vector<std::string_view>& parts) {
  constexpr std::string_view form = "a hash of argon2id is $argon2id$v=19$m=KIB,t=PASSES,p=LANES$SALT$HASH";
  if (parts.size() != 6) return no(std::string(form));
  const std::vector<std::string_view> settings = split(parts[3], ',');
  if (parts[2] != "v=19" || settings.size() != 3) return no(std::string(form));
  const auto memory = number_of("m=", settings[0]);
  const auto passes = number_of("t=", settings[1]);
  const auto lanes = number_of("p=", settings[2]);
  if (!memory || !passes || !lanes) return no(std::string(form));
  if (const auto fault = argon2_fault(*memory, *passes, *lanes)) return no(*fault);
  auto salt = base64_bytes(parts[4], Padding::none);
  auto hash = base64_bytes(parts[5], Padding::none);
  if (const auto fault = salt_fault(salt)) return no(*fault);
  if (const auto fault = hash_fault(hash, min_argon2_hash_bytes, max_argon2_hash_bytes)) return no(*fault);
  PasswordHash parsed;
  parsed.memory_kib_ = *memory;
  parsed.passes_ = *passes;
  parsed.lanes_ = *lanes;
  parsed.salt_ = *std::move(salt);
  parsed.hash_ = *std::move(hash);
  return parsed;
}

PasswordHash PasswordHash::with_new_settings() {
  PasswordHash fresh;
  fresh.memory_kib_ = new_memory_kib;
  fresh.passes_ = new_passes;
  fresh.lanes_ = new_lanes;
  fresh.salt_.resize(new_salt_bytes);
  fresh.hash_.resize(new_hash_bytes);
  return fresh;
}

base::Expected<PasswordHash, std::string> PasswordHash::make(std::string_view password) {
  PasswordHash fresh = with_new_settings();
  if (RAND_bytes(fresh.salt_.data(), static_cast<int>(fresh.salt_.size())) != 1) {
    return no("the system gives no random numbers");
  }
  fresh.hash_ = fresh.computed(password);
  if (fresh.hash_.empty())
    return no(fmt::format("there are no {} KiB of memory to hash with", new_memory_kib));
  return fresh;
}

PasswordHash PasswordHash::unmatchable() const {
  PasswordHash other = *this;
  std::ranges::fill(other.salt_, std::uint8_t{0});
  std::ranges::fill(other.hash_, std::uint8_t{0});
  return other;
}

PasswordHash PasswordHash::unmatchable_new() { return with_new_settings(); }

Verdict PasswordHash::verify(std::string_view password) const {
  const Octets hash = computed(password);
  if (hash.size() != hash_.size()) return Verdict::unable;
  return CRYPTO_memcmp(hash.data(), hash_.data(), hash.size()) == 0 ? Verdict::right : Verdict::wrong;
}

Octets PasswordHash::computed(std::string_view password) const {
  switch (kind_) {
    case Kind::sha512:
      return computed_sha512(password);
    case Kind::pbkdf2_sha512:
      return computed_pbkdf2(password);
    case Kind::argon2id:
      return computed_argon2id(password);
  }
  return {};
}

Octets PasswordHash::computed_sha512(std::string_view password) const {
  Octets text(as_octets(password), as_octets(password) + password.size());
  text.insert(text.end(), salt_.begin(), salt_.end());
  Octets hash(sha512_bytes);
  const int is_done = EVP_Digest(text.data(), text.size(), hash.data(), nullptr, EVP_sha512(), nullptr);
  OPENSSL_cleanse(text.data(), text.size());
  return is_done == 1 ? hash : Octets{};
}

Octets PasswordHash::computed_pbkdf2(std::string_view password) const {
  Octets hash(sha512_bytes);
  const int is_done = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt_.data(),
                                        static_cast<int>(salt_.size()), static_cast<int>(passes_),
                                        EVP_sha512(), static_cast<int>(hash.size()), hash.data());
  return is_done == 1 ? hash : Octets{};
}

/// The lanes are computed one after the other: how many threads work is not for a file to say.
Octets PasswordHash::computed_argon2id(std::string_view password) const {
  Octets text(as_octets(password), as_octets(password) + password.size());
  Octets salt = salt_;
  Octets hash(hash_.size());
  argon2_context context{};
  context.out = hash.data();
  context.outlen = static_cast<std::uint32_t>(hash.size());
  context.pwd = text.data();
  context.pwdlen = static_cast<std::uint32_t>(text.size());
  context.salt = salt.data();
  context.saltlen = static_cast<std::uint32_t>(salt.size());
  context.t_cost = passes_;
  context.m_cost = memory_kib_;
  context.lanes = lanes_;
  context.threads = 1;
  context.version = ARGON2_VERSION_13;
  const int result = argon2_ctx(&context, Argon2_id);
  OPENSSL_cleanse(text.data(), text.size());
  return result == ARGON2_OK ? hash : Octets{};
}

std::string PasswordHash::text() const {
  const Padding padding = kind_ == Kind::argon2id ? Padding::none : Padding::equals_signs;
  const std::string salt_and_hash = base64_text(salt_, padding) + '$' + base64_text(hash_, padding);
  switch (kind_) {
    case Kind::sha512:
      return "$6$" + salt_and_hash;
    case Kind::pbkdf2_sha512:
      return fmt::format("$7${}${}", passes_, salt_and_hash);
    case Kind::argon2id:
      return fmt::format("$argon2id$v=19$m={},t={},p={}${}", memory_kib_, passes_, lanes_, salt_and_hash);
  }
  return {};
}

std::uint64_t PasswordHash::cost() const {
  if (kind_ == Kind::argon2id) return std::uint64_t{memory_kib_} * passes_;
  return passes_;
}

}  // namespace auth
