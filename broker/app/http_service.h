// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/admin/broker_counts.h"
#include "broker/admin/http_sessions.h"
#include "broker/admin/routes.h"
#include "broker/app/entrance.h"
#include "broker/app/http_connection.h"
#include "broker/app/inbox.h"
#include "broker/app/listener_counters.h"
#include "broker/app/logins.h"
#include "broker/core/broker.h"

namespace app {

/// What the whole broker does for its HTTP listeners; the server. Any thread.
class HttpBackend {
 public:
  virtual admin::BrokerCounts counts(base::TimePoint now) const = 0;
  /// Why it does not serve as it should; empty: it does.
  virtual std::vector<std::string> ailments() const = 0;
  /// `done` is called when it has been read again, on the thread that does it; never if the broker stops.
  virtual void reload(std::function<void(const ReloadReport&)> done) = 0;

 protected:
  ~HttpBackend() = default;
};

/// What a worker says to a question about its clients. Its thread.
[[nodiscard]] ClientAnswer answer_to(const ClientQuestion& question, core::Broker& broker,
                                     base::TimePoint now);

/// HTTP listeners: health, metrics, the API. Owned by the first worker, on whose thread all of it is; what
/// other workers know it asks them by mail.
class HttpService final : HttpConnectionHost {
 public:
  /// At once.
  static constexpr std::size_t max_connections = 256;
  static constexpr Doors::Refusal full{core::CloseReason::too_many_connections,
                                       "256 HTTP clients are connected"};
  /// Clients on one page of the list.
  static constexpr std::size_t most_clients = 1000;

  /// All outlive it.
  struct Parts {
    net::Loop& loop;
    const std::vector<Inbox*>& inboxes;  // of all workers; the first is its own
    const Config& config;
    const Entrance& entrance;
    Doors& doors;
    Logins& logins;
    LoginDesk& desk;
    const Authority& authority;
    RationedLog& log;
    HttpBackend& backend;
    core::CloseCounters& closings;
    ListenerCounters& at_listeners;
  };
  explicit HttpService(const Parts& parts) : parts_(parts) {}
  HttpService(const HttpService&) = delete;
  HttpService& operator=(const HttpService&) = delete;

  bool is_full() const { return connections_.size() >= max_connections; }
  /// Not when it is full.
  void take(const Listener& listener, Doors::Ticket ticket, std::unique_ptr<net::TcpStream> stream);
  /// What it has asked of workers, the password threads or the reload.
  void on_mail(const ClientAnswer& answer);
  void on_mail(const LoginVerdict& verdict);
  void on_mail(const Reloaded& reloaded);
  /// Users have been read again: who is none any more, or has another password, logs in again.
  void on_new_users(const auth::Users* before, const auth::Users* after);

  std::optional<base::TimePoint> next_deadline() const;
  void on_time(base::TimePoint now);
  /// Connections that are over go.
  void after_flush();
  /// Nobody is served any more.
  void stop();

 private:
  /// Who asks for what.
  struct Asking {
    HttpConnection& connection;
    const net::HttpRequest& request;
    const admin::Found& found;
  };
  /// The list of clients that is being made.
  struct Listing {
    std::uint64_t asking;
    std::size_t missing;  // answers
  };
  /// A question to workers under way.
  struct Pending {
    ClientQuestion::Kind kind;
    std::size_t missing;  // answers
    std::size_t count;    // of a page; seconds
    std::vector<core::SessionFacts> clients;
    bool is_found = false;
  };
  void on_request(HttpConnection& connection, const net::HttpRequest& request) override;
  bool on_proxied(HttpConnection& connection) override;
  void on_http_over(HttpConnection& connection, core::CloseReason reason, std::string_view why) override;

  std::optional<std::string> user_of(const net::HttpRequest& request);
  std::optional<net::HttpResponse> refusal_of(const Asking& asking);
  void note_change(const Asking& asking, std::string_view user);
  void serve(const Asking& asking);
  void list_clients(const Asking& asking);
  void begin_list();
  void end_list(const ClientAnswer& answer);
  void ask_one(const Asking& asking, ClientQuestion::Kind kind, std::size_t count = 0);
  void trace(const Asking& asking);
  void ask(HttpConnection& connection, ClientQuestion question, std::size_t owner, std::size_t workers);
  void log_in(const Asking& asking);
  void log_out(const Asking& asking);
  void reload(HttpConnection& connection);
  net::HttpResponse bans() const;
  net::HttpResponse forgive(const std::string& whom);
  static net::HttpResponse response_of(Pending& pending);
  bool is_admin(std::string_view user) const;
  /// Who still waits for an answer; null: it has one, or has gone.
  HttpConnection* find(std::uint64_t id) const;

  Parts parts_;
  admin::HttpSessions sessions_;
  std::unordered_map<std::uint64_t, std::unique_ptr<HttpConnection>> connections_;  // by id
  std::unordered_map<std::uint64_t, Pending> pending_;                              // by the connection's id
  std::deque<std::pair<std::uint64_t, ClientQuestion>> lists_;                      // that wait, and whose
  std::optional<Listing> listing_;                                                  // the one under way
  std::vector<std::uint64_t> over_;  // destroyed after the flush
  std::uint64_t last_id_ = 0;
};

}  // namespace app
