// SPDX-License-Identifier: Apache-2.0
#include "broker/app/client_access.h"

#include <string>
#include <utility>

#include "broker/app/connection.h"

namespace app {
namespace {

/// The answer to the last question: whoever publishes or reads much does it with few topics.
class LastAnswer {
 public:
  template <class Ask>
  bool about(std::string_view topic, const Ask& ask) {
    if (has_asked_ && topic == topic_) return answer_;
    answer_ = ask();
    topic_ = topic;
    has_asked_ = true;
    return answer_;
  }

 private:
  std::string topic_;
  bool has_asked_ = false;
  bool answer_ = false;
};

/// What one client may do by the rules of a file. Its first refusal of each kind is logged.
class ClientAccess final : public core::Access {
 public:
  ClientAccess(auth::Permissions permissions, const plugin::Client& client, RationedLog& log)
      : permissions_(std::move(permissions)), id_(client.id), user_(client.user_name), log_(log) {
    // A worker's clients have no other links.
    if (client.remote != nullptr) peer_ = static_cast<const Connection*>(client.remote)->peer();
  }

  bool may_read(std::string_view topic) override {
    return read_.about(topic, [&] { return permissions_.may(auth::Access::read, topic); });
  }
  bool may_write(std::string_view topic) override {
    const bool may = write_.about(topic, [&] { return permissions_.may(auth::Access::write, topic); });
    if (!may && !std::exchange(has_logged_write_, true)) log("publish_denied", topic);
    return may;
  }
  bool may_subscribe(std::string_view filter) override {
    const bool may = permissions_.may(auth::Access::subscribe, filter);
    if (!may && !std::exchange(has_logged_subscribe_, true)) log("subscription_denied", filter);
    return may;
  }

 private:
  void log(std::string_view event, std::string_view text) {
    log_.info(event, peer_,
              {{"client", id_},
               {"user", user_},
               {"topic", text},
               {"hint", "no rule of auth.acl_file grants it; said once for this client until it is back"}});
  }

  auth::Permissions permissions_;
  LastAnswer read_, write_;
  bool has_logged_write_ = false;
  bool has_logged_subscribe_ = false;
  std::string id_, user_;
  net::Address peer_;
  RationedLog& log_;
};

}  // namespace

void Authority::replace(AccessControl control, bool is_reviewed) {
  if (is_reviewed) before_ = control_.users;
  control_ = std::move(control);
}

std::unique_ptr<core::Access> Authority::access_of(const plugin::Client& client) const {
  if (!control_.rules) return nullptr;
  return std::make_unique<ClientAccess>(control_.rules->of({client.user_name, client.id}), client, log_);
}

core::Standing Authority::standing_of(std::string_view user, core::Proof proof) const {
  if (user.empty() || !control_.users) return core::Standing::good;
  const auth::PasswordHash* const now = control_.users->find(user);
  const auth::PasswordHash* const then = before_ ? before_->find(user) : nullptr;
  // A certificate needs no line in the file; but a line that was there and goes means its user.
  const bool needs_none = proof == core::Proof::tls && then == nullptr;
  if (now == nullptr) return needs_none ? core::Standing::good : core::Standing::gone;
  return then == nullptr || *then == *now ? core::Standing::good : core::Standing::changed;
}

}  // namespace app
