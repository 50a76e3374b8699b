// SPDX-License-Identifier: Apache-2.0
#include "tests/durability/drive.h"

#include <algorithm>

#include <poll.h>

namespace durability {
namespace {

constexpr std::size_t read_bytes = 65536;
constexpr int look_ms = 5;

void look(const std::vector<Client*>& clients) {
  std::vector<pollfd> waiting;
  for (const Client* client : clients) {
    const int writing = client->has_to_write() ? POLLOUT : 0;
    // A descriptor below 0 is passed over by poll.
    waiting.push_back({.fd = client->fd(), .events = static_cast<short>(POLLIN | writing), .revents = 0});
  }
  poll(waiting.data(), waiting.size(), look_ms);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    if ((waiting[i].revents & POLLOUT) != 0) clients[i]->write();
    if ((waiting[i].revents & ~POLLOUT) != 0) clients[i]->read(read_bytes);
  }
}

}  // namespace

bool drive_until(const std::vector<Client*>& clients, const std::function<bool()>& is_done,
                 std::chrono::milliseconds patience) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (!is_done()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    look(clients);
  }
  return true;
}

bool drive_until_connected(const std::vector<Client*>& clients) {
  return drive_until(clients, [&] {
    return std::ranges::all_of(clients, [](const Client* client) { return client->is_connected(); });
  });
}

bool drive_until_settled(const std::vector<Client*>& clients) {
  return drive_until(clients, [&] {
    return std::ranges::all_of(clients, [](const Client* client) { return client->is_settled(); });
  });
}

}  // namespace durability
