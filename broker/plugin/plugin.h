// SPDX-License-Identifier: Apache-2.0
// The whole contract with extensions. A plugin is linked in and listed in app/main.cc; there is no ABI to
// keep.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/counters.h"
#include "broker/base/time.h"
#include "broker/mqtt/types.h"

namespace plugin {

/// drop: acknowledged, not routed. refuse: not routed, and the client is told so as far as its version can
/// (3.1.1: its connection is closed).
enum class [[nodiscard]] Verdict : std::uint8_t{pass, drop, refuse};

/// The other end of a client's connection.
class Remote {
 public:
  /// "192.0.2.7:51234"; made when asked for.
  virtual std::string address() const = 0;

 protected:
  ~Remote() = default;
};

/// Who a hook is about. Views, valid during the hook.
struct Client {
  std::string_view id;
  std::string_view user_name;      // empty: anonymous
  const Remote* remote = nullptr;  // null: not connected
};

/// A message on its way into the router or to a receiver, as a plugin sees it. Views into the turn's memory,
/// valid during the hook. `on_publish` may take `retain` away; nothing else can be changed.
struct Draft {
  std::string_view topic;
  base::Bytes payload;
  mqtt::Qos qos = mqtt::Qos::at_most_once;
  bool retain = false;
};

/// Which subscriptions a publication meets.
enum class Audience : std::uint8_t {
  all,
  named,  // only those whose last level is spelled out: no + or # at the end; such a one is not retained
};

/// What a plugin wants published. The host copies it before it returns.
struct Publication {
  std::string_view topic;
  base::Bytes payload;
  mqtt::Qos qos = mqtt::Qos::at_most_once;
  bool retain = false;
  Audience audience = Audience::all;
};

/// What the broker does for a plugin: the worker on which the hook runs. Valid during the hook only. What is
/// asked for takes effect after the current message has been routed, in order (no re-entrance), and does not
/// come back through on_publish.
class Host {
 public:
  virtual void publish(const Publication& publication) = 0;
  /// Keeps the plugin's state over restarts, with everything else of this turn: `name` begins with the
  /// plugin's own name and a slash; an empty value removes it. Without a data directory nothing is kept.
  virtual void keep(std::string_view name, base::Bytes value) = 0;
  /// Whether anybody, on any worker, subscribes to something that begins with this level, or with a wildcard.
  /// It may say yes for nothing, never no wrongly. Cheap: asked before something is made that may interest
  /// nobody.
  virtual bool wants_below(std::string_view first_level) const = 0;
  /// The same of subscriptions that meet this topic and whose last level is spelled out.
  virtual bool wants_named(std::string_view topic) const = 0;
  /// Whether that may be so of any topic at all: cheaper than to make one in order to ask.
  virtual bool wants_any_named() const = 0;
  virtual base::WallTime wall_time() const = 0;

 protected:
  ~Host() = default;
};

/// One message for one receiver, before it leaves.
struct Delivery {
  const Client& receiver;
  const Draft& message;
  std::size_t frame_bytes;  // of the whole PUBLISH packet
  bool is_own;              // the receiver's own connection has published it
};

/// Looks at the traffic of every worker. Hooks run on any worker, several at once, and must not block.
class Plugin {
 public:
  virtual ~Plugin() = default;
  virtual std::string_view name() const = 0;

  /// A client that has been let in, before anything else of it. True: `on_deliver` is asked about every
  /// message that it would be sent, as long as it is connected.
  virtual bool on_connect(const Client& client, Host& host, base::TimePoint now) {
    static_cast<void>(client), static_cast<void>(host), static_cast<void>(now);
    return false;
  }
  /// Its connection is over, in whatever way.
  virtual void on_disconnect(const Client& client, Host& host, base::TimePoint now) {
    static_cast<void>(client), static_cast<void>(host), static_cast<void>(now);
  }
  /// A filter that is granted at `granted`, or that a resumed session has from before. Answers with the QoS
  /// to grant, which may be lower (of a resumed session's it stays).
  virtual mqtt::Qos on_subscribe(const Client& client, std::string_view filter, mqtt::Qos granted, Host& host,
                                 base::TimePoint now) {
    static_cast<void>(client), static_cast<void>(filter), static_cast<void>(host), static_cast<void>(now);
    return granted;
  }
  /// One that it had. Those it still has when it disconnects are not told.
  virtual void on_unsubscribe(const Client& client, std::string_view filter, Host& host,
                              base::TimePoint now) {
    static_cast<void>(client), static_cast<void>(filter), static_cast<void>(host), static_cast<void>(now);
  }
  /// Before the message is routed; `now` is the loop's time.
  virtual Verdict on_publish(const Client& client, Draft& draft, Host& host, base::TimePoint now) = 0;
  /// False: this receiver does not get it. Asked when it is about to leave, so true means sent (but for a
  /// connection that breaks). Not asked about other clients than on_connect said.
  virtual bool on_deliver(const Delivery& delivery, const Host& host, base::TimePoint now) {
    static_cast<void>(delivery), static_cast<void>(host), static_cast<void>(now);
    return true;
  }
  /// What it kept in a former life, in the order of names; before any hook.
  virtual void restore(std::string_view name, base::Bytes value, base::TimePoint now) {
    static_cast<void>(name), static_cast<void>(value), static_cast<void>(now);
  }
  /// Once a second, on the first worker.
  virtual void on_tick(Host& host, base::TimePoint now) { static_cast<void>(host), static_cast<void>(now); }
  /// The broker stops gracefully: once, on the first worker, which reads no client any more; others may still
  /// hand in what they have read. What is published and kept here still is.
  virtual void on_stop(Host& host) { static_cast<void>(host); }
  /// Its counters at this moment, for the log at stop and the metrics. Any thread.
  virtual std::vector<base::Count> counts() const = 0;
};

}  // namespace plugin
