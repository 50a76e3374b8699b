// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "broker/app/command_line.h"

namespace app {

/// The command passwd, from the question for the password to the file; what is wrong goes to standard error.
/// The exit code: 0 done, 1 failed, 2 wrong usage. Takes about 25 ms of hashing. main's thread.
int change_password(const PasswordChange& change);

}  // namespace app
