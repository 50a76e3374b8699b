// SPDX-License-Identifier: Apache-2.0
#include "mesh/workspace.h"

#include "broker/base/thread_number.h"

namespace mesh {

Workspaces::~Workspaces() {
  for (Place& place : places_) const std::unique_ptr<Workspace> idle(place.idle.exchange(nullptr));
}

Workspaces::Loan Workspaces::borrow() {
  std::atomic<Workspace*>& home = places_[base::thread_number() % most_places].idle;
  std::unique_ptr<Workspace> workspace(home.exchange(nullptr));
  if (workspace == nullptr) workspace = std::make_unique<Workspace>(keyring_, pins_);
  return Loan(home, std::move(workspace));
}

}  // namespace mesh
