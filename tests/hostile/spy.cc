// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/spy.h"

#include <algorithm>

namespace hostile {

Spy::Spy(std::uint16_t port, const std::vector<std::string>& filters)
    : socket_(port, 1), is_subscribed_(socket_.connect_all("spy")) {
  socket_.send(0, subscribe(1, filters));
  is_subscribed_ = is_subscribed_ && socket_.run_until_received(0, 4 + filters.size());
  socket_.forget(0);
}

Bytes Spy::heard() {
  const Bytes pong = frame(packet_type::pingresp, {});
  const auto has_pong = [&] {
    const Bytes& all = socket_.kept(0);
    return socket_.has_ended(0) ||
           (all.size() >= pong.size() && std::equal(pong.rbegin(), pong.rend(), all.rbegin()));
  };
  socket_.send(0, pingreq());
  if (!socket_.run(has_pong) || socket_.has_ended(0)) return {'l', 'o', 's', 't'};
  Bytes all = socket_.kept(0);
  all.resize(all.size() - pong.size());
  socket_.forget(0);
  return all;
}

}  // namespace hostile
