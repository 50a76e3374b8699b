// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "broker/admin/sys_topics.h"
#include "broker/app/admission.h"
#include "broker/app/config/config.h"
#include "broker/app/doors.h"
#include "broker/app/entrance.h"
#include "broker/app/tls_contexts.h"
#include "broker/app/watch.h"
#include "broker/app/worker.h"
#include "broker/base/expected.h"
#include "broker/base/log.h"
#include "broker/net/unix_socket.h"
#include "broker/plugin/plugin.h"
#include "broker/store/store.h"

namespace app {

/// The program: builds the workers, their listeners and plugins, runs and stops them. Owned by main (or a
/// test).
class Server final : WorkerHost, HttpBackend {
 public:
  /// Opens the journal of `broker.data_dir`, by now a path of its own, and binds every listener that this
  /// version serves. The error names the path or address that it is about.
  /// `log` and `plugins` outlive the server. `loop_sizes` is for tests, which make the arena tiny.
  [[nodiscard]] static base::Expected<std::unique_ptr<Server>, std::string> open(
      const Config& config, const base::Log& log, std::vector<plugin::Plugin*> plugins,
      net::LoopSizes loop_sizes = {});

  /// Serves until stop(), SIGINT or SIGTERM: the first worker on the calling thread, each further one on its
  /// own.
  void run();
  /// Any thread; run() returns after clients have been let go.
  void stop();

  /// Before run(): what SIGHUP does, and the API; on a thread of its own, one at a time.
  void on_hangup(std::function<ReloadReport()> reload) { reload_ = std::move(reload); }
  /// Before run(): what happens when it serves, and SIGHUP is heard, and when a signal stops it; on the
  /// thread that runs.
  struct Milestones {
    std::function<void()> on_serving;
    std::function<void()> on_stopping;
  };
  void on_milestones(Milestones milestones) { milestones_ = std::move(milestones); }
  /// Before run(): `on_all_answered` comes once in `every` on the thread that runs, as long as each worker
  /// has answered since the last time; without this nobody is asked.
  void watch(base::Duration every, std::function<void()> on_all_answered);
  /// From now on these users and rules hold, and every session has been looked at by them when this returns.
  /// Any thread but the workers', one at a time.
  void apply(const AccessControl& access);
  /// Newcomers find these networks, `allow_anonymous` and TLS from now on: `listeners` are the
  /// configuration's in its order, with other values. Any thread.
  void apply(std::vector<Listener> listeners, TlsContexts contexts);
  /// What holds; of the thread that applies.
  const AccessControl& access() const { return access_; }
  /// What has been counted up to `now`, of the clock of the loops. Any thread.
  admin::BrokerCounts counts(base::TimePoint now) const override;
  /// Whose logins are refused for a while; any thread.
  auth::LoginGuard& login_guard() { return desk_.guard; }

  /// Where it listens, in the order of the configuration, unix sockets left out.
  const std::vector<net::Address>& addresses() const { return addresses_; }

 private:
  using WhenReloaded = std::function<void(const ReloadReport&)>;
  Server(const Config& config, const base::Log& log, std::vector<plugin::Plugin*> plugins);
  void on_reading_stopped() override;
  void on_answer() override { watch_->answer(); }
  void on_reviewed() override;
  std::vector<std::string> ailments() const override;
  void reload(WhenReloaded done) override;
  void on_tick(core::Broker& broker, base::TimePoint now) override;
  void run_reloads();
  void end_reloads();
  [[nodiscard]] base::Expected<void, std::string> open_store();
  void make_workers(net::LoopSizes loop_sizes);
  void restore();
  void restore(const core::RestoredRetained& kept);
  [[nodiscard]] base::Expected<void, std::string> open_tls();
  [[nodiscard]] base::Expected<void, std::string> listen();
  [[nodiscard]] base::Expected<void, std::string> listen_at_path(const Listener& listener);
  [[nodiscard]] base::Expected<net::Address, std::string> listen_everywhere(const Listener& listener);
  admin::ListenerCounts counts_at(std::size_t listener) const;
  void log_counts() const;

  const Config config_;
  const core::Limits limits_;
  const Admission admission_;
  const std::size_t room_;  // for connections, as far as descriptors go
  Entrance entrance_;
  Doors doors_;
  const base::Log& log_;
  std::vector<plugin::Plugin*> plugins_;
  core::Commons commons_;
  std::unique_ptr<store::Store> store_;  // null: nothing survives a restart
  std::vector<std::unique_ptr<Worker>> workers_;
  AccessControl access_;
  LoginDesk desk_;  // its threads end before what they post to
  std::function<ReloadReport()> reload_;
  base::Guarded<std::vector<WhenReloaded>> when_reloaded_;  // who waits for the next reload's end
  Milestones milestones_;
  std::atomic<std::uint32_t> hangups_{0};     // heard so far
  std::atomic<std::size_t> still_reviewing_;  // workers
  std::atomic<bool> is_over_{false};
  base::TimePoint started_at_;  // when it began to serve
  std::atomic<std::size_t> still_reading_;
  std::vector<net::Address> addresses_;
  std::vector<std::string> places_;                // where the configuration's listeners are; "": not served
  admin::SysTopics sys_topics_;                    // of the first worker's thread
  std::optional<base::TimePoint> sys_topics_due_;  // the same; none: at once
  std::deque<net::SocketFile> socket_files_;
  std::function<std::unique_ptr<Watch>()> make_watch_;
  std::unique_ptr<Watch> watch_;  // while it runs; null: nobody asked for it
};

}  // namespace app
