// SPDX-License-Identifier: Apache-2.0
#include "broker/app/access_control.h"

#include <utility>

#include "broker/app/config_environment.h"
#include "broker/auth/acl_file.h"

namespace app {
namespace {

std::string lines_of(const auth::Problems& problems) {
  std::string text;
  for (const auth::Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    text.append(problem.where).append(": ").append(problem.what);
  }
  return text;
}

/// What `parse` makes of a file; null where none is named.
template <class Value, class Parse>
base::Expected<std::shared_ptr<const Value>, std::string> load(std::string_view key, const std::string& file,
                                                               const Parse& parse) {
  if (file.empty()) return std::shared_ptr<const Value>();
  const auto text = read_file(file);
  if (!text) return base::make_unexpected(std::string(key) + ": " + file + ": " + text.error());
  auto parsed = parse(*text, file);
  if (!parsed) return base::make_unexpected(lines_of(parsed.error()));
  return std::make_shared<const Value>(*std::move(parsed));
}

}  // namespace

base::Expected<AccessControl, std::string> load_access(const AuthSettings& settings) {
  auto users = load<auth::Users>("auth.password_file", settings.password_file, auth::Users::parse);
  auto rules = load<auth::Rules>("auth.acl_file", settings.acl_file, auth::parse_acl);
  if (users && rules) return AccessControl{*std::move(users), *std::move(rules)};
  if (users || rules) return base::make_unexpected(users ? rules.error() : users.error());
  return base::make_unexpected(users.error() + '\n' + rules.error());
}

}  // namespace app
