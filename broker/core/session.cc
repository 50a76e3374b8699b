// SPDX-License-Identifier: Apache-2.0
// A session's life: attached, lost, timed out.
#include "broker/core/session.h"

#include <utility>

#include "broker/core/kept_client.h"
#include "broker/core/topic_rules.h"

namespace core {

Session::~Session() {
  uncount_queue();
  services_.owed.inflight -= inflight_.size();
  if (!filters_) return;
  for (const std::string& filter : filters_->all) {
    services_.router.subscriptions().remove(filter, slot_);
    if (is_lasting_ && services_.lasting != nullptr) services_.lasting->remove(filter);
  }
}

void Session::attach(Link& link, const mqtt::Connect& connect, bool is_present, base::TimePoint now) {
  link_ = &link;
  has_logged_full_queue_ = has_logged_full_queue_ && !queue_.empty();  // whoever comes often is no more lines
  keepalive_.start(connect.keepalive_s, now);
  since_ = now;
  version_ = connect.version;
  take_access();
  record([this](Journal& journal) { journal.set_here(key_); });
  set_will(connect);
  answer(mqtt::Connack{.session_present = is_present, .reason = mqtt::Reason::success});
  resend();
  tell_plugins(now);
  want_work();
}

/// Behind the CONNACK and what is sent again: what they publish may be for this very client.
void Session::tell_plugins(base::TimePoint now) {
  is_plugin_asked_ = services_.publishing.connected(client(), now);
  note_who_is_asked();
  if (!filters_) return;
  for (const std::string& filter : filters_->all)
    static_cast<void>(services_.publishing.subscribed(client(), filter, mqtt::Qos::at_most_once));
}

void Session::set_will(const mqtt::Connect& connect) {
  will_ = {};
  if (!connect.will || is_broker_topic(connect.will->topic) ||
      is_too_deep(connect.will->topic, services_.limits) ||
      !may_write(connect.will->topic, Metric::wills_denied)) {
    return;
  }
  will_ = MessageRef::make({.topic = connect.will->topic,
                            .payload = connect.will->payload,
                            .qos = connect.will->qos,
                            .retain = connect.will->retain});
  if (services_.journal == nullptr) return;
  services_.journal->set_will(key_, kept_client({client_id_, user_, proof_}), *will_);
  last_told_ = services_.journal->sequence();
}

/// Published or not to be published: either way it is over.
void Session::clear_will() {
  if (will_ && services_.journal != nullptr) services_.journal->clear_will(key_);
  will_ = {};
}

void Session::on_link_lost(CloseReason reason, base::TimePoint now) {
  const plugin::Client who = client();
  lose_link(reason, now);
  publish_will(who, now);
  services_.publishing.disconnected(who, now);
}

/// The link goes before the will: a client that subscribed to its own must not get it on the dying
/// connection.
void Session::end_link(CloseReason reason, std::string_view why, base::TimePoint now) {
  if (link_ == nullptr) return;
  Link* link = link_;
  on_link_lost(reason, now);
  link->close(reason, why);
}

void Session::dismiss(CloseReason reason, std::string_view why, base::TimePoint now) {
  clear_will();
  end_link(reason, why, now);
}

void Session::take_access() {
  access_ = services_.authority == nullptr ? nullptr : services_.authority->access_of(client());
  note_who_is_asked();
}

bool Session::may_write(std::string_view topic, Metric denied) const {
  if (!access_ || access_->may_write(topic)) return true;
  services_.counters.add(denied);
  return false;
}

void Session::disconnect(base::TimePoint now) {
  clear_will();  // [MQTT-3.14.4-3]
  end_link(CloseReason::disconnected, "disconnected by the client", now);
}

void Session::lose_link(CloseReason reason, base::TimePoint now) {
  link_ = nullptr;
  since_ = now;
  services_.endings.note(client_id_, {reason, now});
  walks_.reset();
  uncount_queue();
  queue_.drop_qos0();
  count_queue();
  record([this](Journal& journal) { journal.set_away(key_); });
  services_.owner.on_offline(*this);
}

void Session::publish_will(const plugin::Client& who, base::TimePoint now) {
  const MessageRef will = will_;
  clear_will();
  if (!will || !may_write(will->topic(), Metric::wills_denied)) return;
  services_.counters.add(Metric::wills_published);
  Outgoing outgoing(will, services_.turn, services_.held);
  // A plugin that refuses a will has refused it; there is nobody left to be told.
  static_cast<void>(services_.publishing.publish(who, outgoing, now));
}

std::optional<base::TimePoint> Session::deadline() const {
  if (is_online()) return keepalive_.deadline();
  return since_ + (is_lasting_ ? services_.limits.session_expiry : base::Duration::zero());
}

bool Session::on_deadline(base::TimePoint now) {
  if (!is_online()) return true;
  if (link_->is_excused(now)) {
    keepalive_.on_packet(now);  // slow, not silent: it may even be us who do not read it
    return false;
  }
  end_link(CloseReason::keep_alive_timeout, "nothing heard for one and a half times its keep-alive", now);
  return false;
}

plugin::Client Session::client() const { return {.id = client_id_, .user_name = user_, .remote = link_}; }

SessionFacts Session::facts(base::TimePoint now) const {
  SessionFacts::Close last_close;
  if (const auto ending = services_.endings.of(client_id_))
    last_close = {name_of(ending->reason), now - ending->at};
  return {.client_id = client_id_,
          .user = user_,
          .address = is_online() ? link_->address() : std::string(),
          .version = is_online() ? mqtt::name_of(version_) : std::string_view(),
          .is_connected = is_online(),
          .is_lasting = is_lasting_,
          .lasted = now - since_,
          .last_close = last_close,
          .subscriptions = filters_ ? filters_->all.size() : 0,
          .queued_messages = queue_.size(),
          .queued_bytes = queue_.bytes(),
          .inflight = inflight_.size(),
          .messages_received = messages_received_,
          .messages_sent = messages_sent_,
          .backlog_bytes = is_online() ? link_->backlog() : 0};
}

}  // namespace core
