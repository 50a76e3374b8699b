// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "broker/app/config/config.h"
#include "broker/app/doors.h"
#include "broker/app/frame_reader.h"
#include "broker/app/trace.h"
#include "broker/app/withheld.h"
#include "broker/app/worker_counters.h"
#include "broker/base/buffer.h"
#include "broker/core/link.h"
#include "broker/core/session.h"
#include "broker/mqtt/packet.h"
#include "broker/net/tcp_stream.h"

namespace app {

class Connection;

/// How a connection has ended; views, for the log.
struct Ending {
  std::string_view client_id;  // empty: there was no session
  core::CloseReason reason;
  std::string_view why;
};

/// What a connection needs of its worker.
class ConnectionHost {
 public:
  /// It is over: to be destroyed at the end of the turn, after what it sent.
  virtual void on_connection_over(Connection& connection, const Ending& ending) = 0;
  /// Its socket has refused bytes: from now on it must be asked for its stall deadline.
  virtual void on_slow(Connection& connection) = 0;
  /// Whether what is read in this turn has cost enough.
  virtual bool is_turn_full() const = 0;
  /// Nobody is read any more.
  virtual bool is_stopping() const = 0;
  /// Up to where the journal has come.
  virtual core::Sequence kept() const = 0;
  /// Whether the journal has much to keep and does not come on: who adds to it is not read.
  virtual bool is_journal_behind() const = 0;
  /// It withholds what the journal has not kept yet: `release` is wanted when that has come further.
  virtual void on_withheld(Connection& connection) = 0;
  /// It has put off what it has read: `go_on` is wanted in the next turn.
  virtual void on_put_off(Connection& connection) = 0;
  virtual void on_traced(const TracedPacket& packet) = 0;

 protected:
  ~ConnectionHost() = default;
};

/// A client's socket now: the link of its session. Bytes become packets here and packets bytes; nothing is
/// decided. Owned by the worker; its thread. Session and connection part before either dies.
class Connection final : public core::Link, public net::StreamOwner {
 public:
  struct Parts {
    net::Loop& loop;
    ConnectionHost& host;
    const Limits& limits;
    base::Buffer& scratch;  // of the worker, for what is encoded packet by packet
    PacketCounters& packets;
  };
  /// `parts` outlive it.
  Connection(const Parts& parts, std::unique_ptr<net::TcpStream> stream, mqtt::Version version);

  /// The session that broker.connect has attached to this link; `rest` is what the client sent behind its
  /// CONNECT.
  void start(core::Session& session, std::span<std::uint8_t> rest);
  /// Takes up what it has put off.
  void go_on();
  /// The journal has come further. False: it still withholds something.
  bool release();
  /// When it has to have taken some of its backlog; none: it has none. Past that time it is over.
  std::optional<base::TimePoint> stall_deadline(base::TimePoint now);
  /// Nothing more is heard from it: the server is about to stop.
  void stop_reading();
  /// Ends it from outside a session's doing: the server stops.
  void end(core::CloseReason reason, std::string_view why);

  // core::Link
  void send(const mqtt::Packet& packet) override;
  void ack(mqtt::PacketType type, mqtt::PacketId id) override;
  void deliver(core::Outgoing& outgoing, const core::Delivery& delivery) override;
  void close(core::CloseReason reason, std::string_view why) override;
  void hold(core::Sequence until) override {
    if (until > parts_.host.kept()) withhold(until);
  }
  std::size_t backlog() const override;
  bool is_excused(base::TimePoint now) override;
  std::string address() const override { return stream_->peer().text(); }

  /// From now on its packets are told; not at all with an empty one.
  void set_trace(const Trace& trace) { trace_ = trace; }
  /// Null: it has none any more.
  const core::Session* session() const { return session_; }
  bool has_put_off() const { return !put_off_.empty(); }
  bool withholds() const { return withheld_ != nullptr; }
  const net::Address& peer() const { return stream_->peer(); }
  std::size_t index = 0;  // the worker's place for it
  Doors::Ticket ticket;   // its place among all that may be connected

 private:
  void on_bytes(std::span<std::uint8_t> bytes) override;
  void on_refused() override;
  void on_drained() override;
  void on_overrun() override;
  void on_closed(int status) override;
  void take_packets(std::span<std::uint8_t> bytes);
  [[nodiscard]] bool on_frame(std::span<std::uint8_t> whole);
  [[nodiscard]] bool on_rare(const mqtt::Frame& frame);
  void fail(const mqtt::Error& error);
  void lose(core::CloseReason reason, std::string_view why);
  void be_over(const core::Session* session, core::CloseReason reason, std::string_view why);
  void append(base::Bytes piece);
  void trace(std::string_view direction, base::Bytes head, std::size_t bytes);
  void withhold(core::Sequence until);
  std::size_t withheld_bytes() const { return withheld_ ? withheld_->bytes() : 0; }
  void put_off(std::span<const std::uint8_t> rest);
  void read_at_its_pace();
  void go_on_reading();
  bool has_progressed(base::TimePoint now);

  const Parts& parts_;
  std::unique_ptr<net::TcpStream> stream_;
  core::Session* session_ = nullptr;  // null: closing
  FrameReader reader_;
  mqtt::Version version_;
  std::unique_ptr<Withheld> withheld_;  // null: nothing waits for the journal
  std::vector<std::uint8_t> put_off_;   // read, but its turn was full
  std::uint64_t last_taken_ = 0;        // of the backlog, when it was last looked at
  base::TimePoint stalled_since_;       // since when it has taken none
  bool is_over_ = false;
  bool is_paused_ = false;  // not read, because of its backlog
  Trace trace_;
};

}  // namespace app
