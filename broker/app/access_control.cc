// SPDX-License-Identifier: Apache-2.0
#include "broker/app/access_control.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "broker/app/config/environment.h"
#include "broker/auth/acl_file.h"
#include "broker/auth/line_reader.h"

namespace app {
namespace {

/// A file that the configuration may name.
struct AccessFile {
  std::string key;
  std::string path;
  std::string_view remedy;  // for one that is not there
};

/// What `parse` makes of a file; null where none is named.
template <class Value, class Parse>
base::Expected<std::shared_ptr<const Value>, std::vector<Problem>> load(const AccessFile& file,
                                                                        const ConfigPlaces& places,
                                                                        const Parse& parse) {
  if (file.path.empty()) return std::shared_ptr<const Value>();
  const auto text = read_file(file.path);
  if (!text) {
    std::error_code error;
    const bool is_missing =
        std::filesystem::status(file.path, error).type() == std::filesystem::file_type::not_found;
    std::string what = file.key + ": " + text.error();
    if (is_missing) what.append("; ").append(file.remedy);
    return base::make_unexpected(std::vector<Problem>{{place_of(places, file.key), std::move(what)}});
  }
  auto parsed = parse(*text, file.path);
  if (parsed) return std::make_shared<const Value>(*std::move(parsed));
  std::vector<Problem> problems;
  for (const auth::Problem& problem : parsed.error()) problems.push_back({problem.where, problem.what});
  return base::make_unexpected(std::move(problems));
}

/// The rules of a file, each with its user, sorted.
std::vector<std::string> rules_in(std::string_view text) {
  std::vector<std::string> rules;
  std::string user = "anonymous";
  auth::LineReader lines(text, {});
  while (const auto line = lines.next()) {
    const std::string_view rule = auth::trimmed(*line);
    if (rule.empty() || rule.front() == '#') continue;
    if (rule.starts_with("user ")) {
      user = auth::trimmed(rule.substr(5));
    } else {
      rules.push_back(rule.starts_with("pattern") ? std::string(rule) : user + ": " + std::string(rule));
    }
  }
  std::ranges::sort(rules);
  return rules;
}

void add_missing(std::string_view what, const std::vector<std::string>& from,
                 const std::vector<std::string>& in, std::vector<AccessChange>& changes) {
  std::vector<std::string> missing;
  std::ranges::set_difference(from, in, std::back_inserter(missing));
  for (std::string& each : missing) changes.push_back({what, std::move(each)});
}

/// Of `now` what is not, or is different, in `other`.
void add_users(std::string_view missing, std::string_view different, const auth::Users& now,
               const auth::Users& other, std::vector<AccessChange>& changes) {
  for (std::string& name : now.revoked_in(other)) {
    const bool is_missing = other.find(name) == nullptr;
    if (is_missing || !different.empty())
      changes.push_back({is_missing ? missing : different, std::move(name)});
  }
}

const auth::Users& users_of(const AccessControl& control) {
  static const auth::Users nobody;
  return control.users ? *control.users : nobody;
}

}  // namespace

std::vector<AccessChange> access_changes(const AccessControl& before, const AccessControl& after) {
  std::vector<AccessChange> changes;
  add_users("user added", "", users_of(after), users_of(before), changes);
  add_users("user removed", "user changed", users_of(before), users_of(after), changes);
  const auto old_rules = rules_in(before.rules_text), new_rules = rules_in(after.rules_text);
  add_missing("rule added", new_rules, old_rules, changes);
  add_missing("rule removed", old_rules, new_rules, changes);
  return changes;
}

base::Expected<AccessControl, std::vector<Problem>> load_access(const AuthSettings& settings,
                                                                const ConfigPlaces& places) {
  AccessControl control;
  const AccessFile user_file{"auth.password_file", settings.password_file,
                             "meshbroker passwd makes it: docs/access.md"};
  const AccessFile rule_file{"auth.acl_file", settings.acl_file, "what stands in it: docs/access.md"};
  auto users = load<auth::Users>(user_file, places, auth::Users::parse);
  auto rules = load<auth::Rules>(rule_file, places, [&](const std::string& text, const std::string& file) {
    control.rules_text = text;
    return auth::parse_acl(text, file);
  });
  if (users && rules) {
    control.users = *std::move(users);
    control.rules = *std::move(rules);
    return control;
  }
  std::vector<Problem> problems;
  if (!users) problems = std::move(users).error();
  if (!rules) problems.insert(problems.end(), rules.error().begin(), rules.error().end());
  return base::make_unexpected(std::move(problems));
}

}  // namespace app
