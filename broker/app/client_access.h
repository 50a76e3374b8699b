// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string_view>

#include "broker/app/access_control.h"
#include "broker/app/rationed_log.h"
#include "broker/core/access.h"

namespace app {

/// What the core asks about users and rules, answered from the files as they are now. Owned by a worker; its
/// thread.
class Authority final : public core::Authority {
 public:
  /// `log` outlives it, and all that it has given.
  Authority(AccessControl control, RationedLog& log) : control_(std::move(control)), log_(log) {}

  /// The files have been read again. `is_reviewed`: all sessions have been looked at since the last time.
  void replace(AccessControl control, bool is_reviewed);
  const std::shared_ptr<const auth::Users>& users() const { return control_.users; }

  std::unique_ptr<core::Access> access_of(const plugin::Client& client) const override;
  core::Standing standing_of(std::string_view user, core::Proof proof) const override;

 private:
  AccessControl control_;
  std::shared_ptr<const auth::Users> before_;  // what sessions of longer standing were let in by
  RationedLog& log_;
};

}  // namespace app
