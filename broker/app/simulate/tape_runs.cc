// SPDX-License-Identifier: Apache-2.0
#include "broker/app/simulate/tape_runs.h"

#include <utility>

namespace app::simulate {
namespace {

constexpr base::Duration tick_every{20};
constexpr base::Duration ping_every{20'000};

PlainClient::Login login_of(const SimulateOptions& options, std::string client_id) {
  return {std::move(client_id), options.user, options.password};
}

}  // namespace

Recording::Recording(net::Loop& loop, const net::Address& broker, const SimulateOptions& options,
                     std::ostream& file)
    : loop_(loop),
      options_(options),
      file_(file),
      client_(loop, broker, login_of(options, "meshbroker-record"),
              {[this] { begin(); }, [this](const mqtt::Publish& publish) { write(publish); },
               [this](std::string why) { fail(std::move(why)); }}),
      timer_(loop, [this] { tick(); }) {}

void Recording::begin() {
  began_ = loop_.now();
  std::vector<std::string> filters;
  for (const std::string& root : options_.roots) filters.push_back(root + "/#");
  client_.subscribe(filters);
  timer_.set(began_ + ping_every);
}

void Recording::write(const mqtt::Publish& publish) {
  write_tape(
      {loop_.now() - began_, std::string(publish.topic), {publish.payload.begin(), publish.payload.end()}},
      file_);
  file_.flush();
  ++count_;
  if (!file_) fail("the file cannot be written");
}

void Recording::tick() {
  client_.ping();
  const double minutes = static_cast<double>((loop_.now() - began_).count()) / 60'000;
  if (minutes >= options_.minutes) return loop_.stop();
  timer_.set(loop_.now() + ping_every);
}

void Recording::fail(std::string why) {
  failure_ = std::move(why);
  loop_.stop();
}

Replaying::Replaying(net::Loop& loop, const net::Address& broker, const SimulateOptions& options,
                     std::istream& file)
    : loop_(loop),
      options_(options),
      file_(file),
      client_(loop, broker, login_of(options, "meshbroker-replay"),
              {[this] { begin(); }, [](const mqtt::Publish&) {},
               [this](std::string why) { fail(std::move(why)); }}),
      timer_(loop, [this] { tick(); }) {}

void Replaying::begin() {
  began_ = loop_.now();
  ping_at_ = began_ + ping_every;
  read_next();
  timer_.set(began_);
}

void Replaying::tick() {
  const base::TimePoint now = loop_.now();
  const double passed = static_cast<double>((now - began_).count()) * options_.speed;
  for (; next_ && static_cast<double>(next_->at.count()) <= passed; read_next()) {
    client_.publish({.topic = next_->topic, .payload = next_->payload});
    ++count_;
  }
  if (!next_) return loop_.stop();
  if (now >= ping_at_) {
    client_.ping();
    ping_at_ = now + ping_every;
  }
  timer_.set(now + tick_every);
}

void Replaying::read_next() {
  next_.reset();
  std::string line;
  while (!next_ && std::getline(file_, line)) {
    next_ = read_tape(line);
    if (!next_) ++skipped_;
  }
}

void Replaying::fail(std::string why) {
  failure_ = std::move(why);
  loop_.stop();
}

}  // namespace app::simulate
