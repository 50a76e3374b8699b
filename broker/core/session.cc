// SPDX-License-Identifier: Apache-2.0
// A session's life: attached, lost, timed out.
#include "broker/core/session.h"

#include <utility>

namespace core {

Session::~Session() {
  for (const std::string& filter : filters_) services_.router.subscriptions().remove(filter, slot_);
}

void Session::attach(Link& link, const mqtt::Connect& connect, base::TimePoint now) {
  link_ = &link;
  is_lasting_ = connect.session_expiry_s != 0;
  has_logged_full_queue_ = false;
  keepalive_.start(connect.keepalive_s, now);
  will_ = {};
  if (connect.will) {
    will_ = MessageRef::make({.topic = connect.will->topic,
                              .payload = connect.will->payload,
                              .qos = connect.will->qos,
                              .retain = connect.will->retain});
  }
  resend();
  work();
}

void Session::on_link_lost(base::TimePoint now) {
  publish_will(now);
  lose_link(now);
}

void Session::end_link(mqtt::Reason reason, std::string_view why, base::TimePoint now) {
  if (link_ == nullptr) return;
  publish_will(now);
  Link* link = link_;
  lose_link(now);
  link->close(reason, why);
}

void Session::disconnect(base::TimePoint now) {
  will_ = {};  // [MQTT-3.14.4-3]
  end_link(mqtt::Reason::success, "disconnected by the client", now);
}

void Session::lose_link(base::TimePoint now) {
  link_ = nullptr;
  offline_since_ = now;
  walks_.reset();
  queue_.drop_qos0();
  services_.owner.on_offline(*this);
}

void Session::publish_will(base::TimePoint now) {
  const MessageRef will = std::exchange(will_, {});
  if (!will) return;
  services_.counters.add(Metric::wills_published);
  Outgoing outgoing(will, services_.turn);
  // A plugin that refuses a will has refused it; there is nobody left to be told.
  static_cast<void>(services_.publishing.publish(client(), outgoing, now));
}

std::optional<base::TimePoint> Session::deadline() const {
  if (is_online()) return keepalive_.deadline();
  return offline_since_ + (is_lasting_ ? services_.limits.session_expiry : base::Duration::zero());
}

bool Session::on_deadline(base::TimePoint now) {
  if (!is_online()) return true;
  services_.counters.add(Metric::keep_alive_timeouts);
  end_link(mqtt::Reason::keep_alive_timeout, "nothing heard for one and a half times its keep-alive", now);
  return false;
}

plugin::Client Session::client() const {
  return {
      .id = client_id_, .user_name = {}, .address = link_ == nullptr ? std::string_view{} : link_->address()};
}

}  // namespace core
