// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/play.h"

#include <algorithm>
#include <map>
#include <utility>

#include "broker/mqtt/frame.h"
#include "tests/conformance/describe.h"

namespace conformance {
namespace {

using Ids = std::map<std::string, std::uint16_t>;

const std::vector<std::uint8_t> ping = {0xc0, 0x00};
const std::vector<std::uint8_t> pong = {0xd0, 0x00};

/// Whether `bytes`, which are as long as it, are the pattern. A name met for the first time takes the id that
/// is there, which no other name of this client has; 0 is no id [MQTT-2.3.1-1].
bool meets(const Pattern& pattern, base::Bytes bytes, Ids& ids) {
  for (const Piece& piece : pattern) {
    if (piece.id.empty()) {
      if (!std::ranges::equal(piece.bytes, bytes.first(piece.bytes.size()))) return false;
      bytes = bytes.subspan(piece.bytes.size());
      continue;
    }
    const auto id = static_cast<std::uint16_t>(bytes[0] << 8U | bytes[1]);
    const bool is_used = std::ranges::any_of(ids, [id](const auto& known) { return known.second == id; });
    const bool is_new = !ids.contains(piece.id);
    if (is_new ? is_used || id == 0 : ids[piece.id] != id) return false;
    ids[piece.id] = id;
    bytes = bytes.subspan(2);
  }
  return true;
}

class Player {
 public:
  Player(const Case& played, Stage& stage) : case_(played), stage_(stage) {}

  std::optional<std::string> play() {
    for (const Step& step : case_.steps) {
      take(step);
      if (fault_) return fault_;
    }
    for (const auto& [name, client] : clients_) {
      if (client.is_served) check_silence(name, case_.steps.back().line);
    }
    return fault_;
  }

 private:
  struct Client {
    bool is_served = false;  // has had its CONNACK and is connected
    Ids ids;
  };

  void take(const Step& step) {
    switch (step.action) {
      case Action::send:
        return send(step);
      case Action::expect:
        return expect(step);
      case Action::silent:
        return check_silence(step.client, step.line);
      case Action::closes:
        clients_[step.client].is_served = false;
        if (!stage_.is_closed(step.client)) fail(step.line, "the connection to be closed", still_open(step));
        return;
      case Action::drops:
        clients_[step.client].is_served = false;
        return stage_.drop(step.client);
      case Action::waits:
        return stage_.pass(step.duration);
    }
  }

  void send(const Step& step) {
    std::vector<std::uint8_t> bytes;
    for (const Piece& piece : step.bytes) {
      const Ids& ids = clients_[step.client].ids;
      const auto id = ids.find(piece.id);
      if (piece.id.empty()) {
        bytes.insert(bytes.end(), piece.bytes.begin(), piece.bytes.end());
      } else if (id == ids.end()) {
        return fail(step.line, "to know the id <" + piece.id + "> of " + step.client, "nothing sent so far");
      } else {
        bytes.push_back(static_cast<std::uint8_t>(id->second >> 8U));
        bytes.push_back(static_cast<std::uint8_t>(id->second & 0xffU));
      }
    }
    stage_.send(step.client, bytes);
  }

  void expect(const Step& step) {
    Client& client = clients_[step.client];
    const std::size_t size = size_of(step.bytes);
    std::vector<std::uint8_t> got = stage_.receive(step.client, size);
    if (got.size() == size && meets(step.bytes, got, client.ids)) {
      const bool is_connack = got.size() >= 4 && got[0] == 0x20 && got[3] == 0;
      client.is_served = client.is_served || is_connack;
      return;
    }
    complete(step.client, got);
    fail(step.line, step.client + " to be sent " + describe(step.bytes), describe(got));
  }

  void check_silence(const std::string& client, std::size_t line) {
    if (fault_) return;
    stage_.send(client, ping);
    std::vector<std::uint8_t> got = stage_.receive(client, pong.size());
    if (got == pong) return;
    complete(client, got);
    fail(line, client + " to be sent nothing more, and PINGRESP when it asks", describe(got));
  }

  std::string still_open(const Step& step) {
    std::vector<std::uint8_t> got = stage_.receive(step.client, 1);
    complete(step.client, got);
    return got.empty() ? "nothing, and it is open" : describe(got);
  }

  /// Adds what the last packet in `got` lacks, so that it can be put into words.
  void complete(const std::string& client, std::vector<std::uint8_t>& got) {
    for (std::size_t begin = 0; begin < got.size();) {
      const auto length = mqtt::frame_length(base::Bytes(got).subspan(begin), SIZE_MAX);
      if (!length) return;
      const std::size_t lacking = *length ? begin + **length - std::min(begin + **length, got.size()) : 1;
      const std::vector<std::uint8_t> more = stage_.receive(client, lacking);
      got.insert(got.end(), more.begin(), more.end());
      if (more.size() < lacking) return;
      if (*length) begin += **length;
    }
  }

  void fail(std::size_t line, const std::string& expected, const std::string& got) {
    fault_ = case_.file + ":" + std::to_string(line) + ": " + case_.name + "\n  expected " + expected +
             "\n  got      " + got;
  }

  const Case& case_;
  Stage& stage_;
  std::map<std::string, Client> clients_;
  std::optional<std::string> fault_;
};

}  // namespace

std::optional<std::string> play(const Case& played, Stage& stage) { return Player(played, stage).play(); }

}  // namespace conformance
