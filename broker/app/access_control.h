// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/app/config/config.h"
#include "broker/app/config/text.h"
#include "broker/auth/acl.h"
#include "broker/auth/password_file.h"
#include "broker/base/expected.h"

namespace app {

/// Who may come in and what they may do, as the files said when they were read. Immutable; shared by all
/// workers, which a reload gives another one.
struct AccessControl {
  std::shared_ptr<const auth::Users> users;  // null: names and passwords are ignored
  std::shared_ptr<const auth::Rules> rules;  // null: everybody may do everything
  std::string rules_text;                    // what they were read from
};

/// Reads the files that `settings` names, whose paths are the working directory's by now. The error is all of
/// the problems, each with file and line; of a file that is not there, the line of `places` that names it.
[[nodiscard]] base::Expected<AccessControl, std::vector<Problem>> load_access(
    const AuthSettings& settings, const ConfigPlaces& places = {});

/// One difference: "user added", "user removed", "user changed", "rule added", "rule removed", and whose or
/// which.
struct AccessChange {
  std::string_view what;
  std::string name;
  friend bool operator==(const AccessChange&, const AccessChange&) = default;
};

/// A rule stands with the user that it is of.
std::vector<AccessChange> access_changes(const AccessControl& before, const AccessControl& after);

}  // namespace app
