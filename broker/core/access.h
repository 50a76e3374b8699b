// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

#include "broker/core/proof.h"
#include "broker/plugin/plugin.h"

namespace core {

/// What one client may do. Owned by its session; worker's thread. Asked in the middle of a fan-out: it
/// changes nothing but its own memory of what it was asked last.
class Access {
 public:
  virtual ~Access() = default;
  /// To be sent a message of this topic, live, queued or retained.
  virtual bool may_read(std::string_view topic) = 0;
  /// To publish it, also as a will.
  virtual bool may_write(std::string_view topic) = 0;
  virtual bool may_subscribe(std::string_view filter) = 0;
};

/// What has become of a user since its clients came in: it is still the same, its password is another, or
/// there is no such user any more.
enum class Standing : std::uint8_t { good, changed, gone };

/// Who knows what clients may do. The worker's; outlives the broker.
class Authority {
 public:
  /// Null: everything.
  virtual std::unique_ptr<Access> access_of(const plugin::Client& client) const = 0;
  /// `user` is nobody's name for anonymous clients: empty. `proof` is what it came in by.
  virtual Standing standing_of(std::string_view user, Proof proof) const = 0;

 protected:
  ~Authority() = default;
};

}  // namespace core
