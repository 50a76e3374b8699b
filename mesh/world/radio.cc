// SPDX-License-Identifier: Apache-2.0
#include "mesh/world/radio.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mesh::world {
namespace {

constexpr double sent_dbm = 22;
constexpr double noise_dbm = -118;
constexpr double loss_at_a_kilometre_db = 112;
constexpr double loss_per_decade_db = 35;
constexpr double shadow_db = 7;      // hills and houses
constexpr double weakest_snr = -18;  // LongFast's limit
constexpr double best_snr = 12;      // what a device reports at most, about
constexpr base::Duration airtime{600};
constexpr base::Duration slot{28};
constexpr double lost_anyway = 0.03;

constexpr auto later = [](const auto& a, const auto& b) { return a.at > b.at; };

/// From nearly nothing with some reserve to half of them at the limit.
double loss(double snr) { return lost_anyway + 0.5 * std::exp(-(snr - weakest_snr) / 2); }

}  // namespace

Radio::Radio(std::vector<Place> places, Random& random)
    : random_(random), places_(std::move(places)), links_(places_.size()), states_(places_.size()) {
  for (std::size_t a = 0; a < places_.size(); ++a) {
    for (std::size_t b = a + 1; b < places_.size(); ++b) link(a, b);
  }
}

void Radio::link(std::size_t a, std::size_t b) {
  const double distance =
      std::max(0.05, std::hypot(places_[a].x - places_[b].x, places_[a].y - places_[b].y));
  const double rssi = sent_dbm - loss_at_a_kilometre_db - loss_per_decade_db * std::log10(distance) +
                      random_.normal(shadow_db);
  const double snr = rssi - noise_dbm;
  if (snr < weakest_snr) return;
  // In quarters of a dB, as the chip measures.
  const auto shown = static_cast<float>(std::round(4 * std::min(snr, best_snr)) / 4 + 0.0);  // no -0
  const auto level = static_cast<std::int32_t>(std::lround(rssi));
  links_[a].push_back({b, shown, level});
  links_[b].push_back({a, shown, level});
}

const std::vector<Hearing>& Radio::flood(const Start& start) {
  ++floods_;
  hearings_.clear();
  turns_.assign(1, {start.at, start.sender, start.hop_limit});
  states_[start.sender].heard_in = floods_;
  states_[start.sender].waits = true;
  while (!turns_.empty()) {
    std::ranges::pop_heap(turns_, later);
    const Turn turn = turns_.back();
    turns_.pop_back();
    if (std::exchange(states_[turn.node].waits, false)) transmit(turn);
  }
  std::ranges::stable_sort(hearings_, {}, &Hearing::at);
  return hearings_;
}

void Radio::transmit(const Turn& turn) {
  State& sender = states_[turn.node];
  sender.busy_from = turn.at;
  sender.busy_until = turn.at + airtime;
  for (const Link& link : links_[turn.node]) {
    if (arrives(link, turn)) hear(link, turn);
  }
}

/// A receiver takes one packet at a time.
bool Radio::arrives(const Link& link, const Turn& turn) {
  State& receiver = states_[link.to];
  if (turn.at >= receiver.busy_from && turn.at < receiver.busy_until) return false;
  receiver.busy_from = turn.at;
  receiver.busy_until = turn.at + airtime;
  return !random_.chance(loss(link.snr));
}

void Radio::hear(const Link& link, const Turn& turn) {
  State& receiver = states_[link.to];
  if (receiver.heard_in == floods_) {
    receiver.waits = false;  // somebody else has relayed it
    return;
  }
  receiver.heard_in = floods_;
  const base::Duration at = turn.at + airtime;
  hearings_.push_back({link.to, at, link.snr, link.rssi, turn.hop_limit, turn.node});
  if (turn.hop_limit == 0) return;
  receiver.waits = true;
  // The stronger it was heard, the longer the wait may be.
  const auto slots = static_cast<std::size_t>(8 + 4 * (link.snr - weakest_snr));
  turns_.push_back({at + slot * (1 + random_.below(slots)), link.to, turn.hop_limit - 1});
  std::ranges::push_heap(turns_, later);
}

}  // namespace mesh::world
