// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/password_file.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "broker/auth/line_reader.h"
#include "broker/mqtt/utf8.h"

namespace auth {
namespace {

constexpr std::size_t longest_name = 65535;  // of a string in MQTT

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

struct Entry {
  std::string_view user;
  PasswordHash hash;
};

base::Expected<Entry, std::string> parse_entry(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return base::make_unexpected(std::string("not of the form USER:HASH"));
  const std::string_view user = line.substr(0, colon);
  const std::string_view hash_text = trimmed(line.substr(colon + 1));
  if (const std::string_view fault = user_name_fault(user); !fault.empty()) {
    return base::make_unexpected(std::string(fault));
  }
  if (hash_text.empty()) return base::make_unexpected(std::string("there is no hash behind the user's name"));
  if (hash_text.find(':') != std::string_view::npos) {
    return base::make_unexpected(
        std::string("a second colon: a user's name cannot contain one, nor can a hash"));
  }
  auto hash = PasswordHash::parse(hash_text);
  if (!hash) return base::make_unexpected(std::move(hash).error());
  return Entry{user, *std::move(hash)};
}

bool is_of(std::string_view line, std::string_view user) {
  return line.starts_with(user) && line.substr(user.size()).starts_with(':');
}

std::string_view line_end(std::string_view line) {
  if (line.ends_with("\r\n")) return "\r\n";
  return line.ends_with('\n') ? "\n" : "";
}

/// `text` with each line of `user` replaced by what `replacement` gives, its end included.
template <class Replacement>
std::string edited(std::string_view text, std::string_view user, Replacement replacement) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, length);
    text.remove_prefix(length);
    if (is_of(line, user)) {
      result += replacement(line);
    } else {
      result += line;
    }
  }
  return result;
}

}  // namespace

std::string_view user_name_fault(std::string_view name) {
  if (name.empty()) return "the user has no name";
  if (name.size() > longest_name) return "a user's name has at most 65535 bytes";
  if (!mqtt::is_valid_utf8(name)) return "a user's name is UTF-8 text";
  if (name.find(':') != std::string_view::npos) return "a user's name cannot contain a colon";
  if (name.front() == '#') return "a user's name cannot begin with #: such a line is a comment";
  if (std::ranges::any_of(name, is_control)) return "a user's name cannot contain control characters";
  if (name.front() == ' ' || name.back() == ' ') return "a user's name cannot begin or end with a blank";
  return {};
}

base::Expected<Users, Problems> Users::parse(std::string_view text, std::string_view name) {
  Users users;
  std::optional<PasswordHash> dearest;
  std::unordered_map<std::string_view, std::size_t> lines;
  LineReader reader(text, name);
  while (const auto line = reader.next()) {
    if (trimmed(*line).empty() || line->starts_with('#')) continue;
    auto entry = parse_entry(*line);
    if (!entry) {
      reader.object(std::move(entry).error());
      continue;
    }
    const auto [first, is_new] = lines.try_emplace(entry->user, reader.number());
    if (!is_new) reader.object(fmt::format("this user is in line {} already", first->second));
    if (users.size() == max_users) {
      reader.object(fmt::format("more than {} users", max_users));
      break;
    }
    if (!dearest || entry->hash.cost() > dearest->cost()) dearest = entry->hash;
    users.hashes_.try_emplace(std::string(entry->user), std::move(entry->hash));
  }
  if (!reader.is_faultless()) return base::make_unexpected(reader.take_problems());
  if (dearest) users.stranger_ = dearest->unmatchable();
  return users;
}

const PasswordHash* Users::find(std::string_view user) const {
  const auto found = hashes_.find(user);
  return found == hashes_.end() ? nullptr : &found->second;
}

Verdict Users::verify(std::string_view user, std::string_view password) const {
  const PasswordHash* const hash = find(user);
  const Verdict verdict = (hash != nullptr ? *hash : stranger_).verify(password);
  return hash == nullptr && verdict == Verdict::right ? Verdict::wrong : verdict;
}

std::vector<std::string> Users::revoked_in(const Users& after) const {
  std::vector<std::string> names;
  for (const auto& [name, hash] : hashes_) {
    const PasswordHash* const now = after.find(name);
    if (now == nullptr || *now != hash) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::string with_user(std::string_view text, std::string_view user, const PasswordHash& hash) {
  const std::string entry = fmt::format("{}:{}", user, hash.text());
  bool is_written = false;
  std::string result = edited(text, user, [&](std::string_view line) {
    if (std::exchange(is_written, true)) return std::string();
    return entry + std::string(line_end(line));
  });
  if (is_written) return result;
  const bool has_crlf = line_end(text) == "\r\n";
  const std::string_view end = has_crlf ? "\r\n" : "\n";
  if (!result.empty() && !result.ends_with('\n')) result += end;
  return result + entry + std::string(end);
}

std::string without_user(std::string_view text, std::string_view user) {
  return edited(text, user, [](std::string_view) { return std::string(); });
}

}  // namespace auth
