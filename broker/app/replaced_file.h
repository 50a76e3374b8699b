// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/expected.h"

namespace app {

/// From a file's text to its new one; none: leave it. The text is empty for a file that does not exist.
using Edit = std::function<std::optional<std::string>(std::string_view text)>;

/// Changes a file as a whole: whoever reads it sees the old or the new one, also after a crash. Mode and
/// owner stay; a new file is its owner's alone (0600). A symbolic link is followed and stays one. Two that
/// change files of one folder wait for each other. `edit` is called once, at most. The error is a sentence;
/// then the file is as it was.
[[nodiscard]] base::Expected<void, std::string> change_file(const std::string& path, const Edit& edit);

}  // namespace app
