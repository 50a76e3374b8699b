// SPDX-License-Identifier: Apache-2.0
#include "mesh/workspace.h"

#include "broker/base/thread_number.h"

namespace mesh {

Workspaces::Shelf& Workspaces::shelf() { return idle_[base::thread_number() % shelf_count]; }

Workspaces::Loan Workspaces::borrow() {
  auto workspace = shelf().with([](auto& idle) -> std::unique_ptr<Workspace> {
    if (idle.empty()) return nullptr;
    std::unique_ptr<Workspace> taken = std::move(idle.back());
    idle.pop_back();
    return taken;
  });
  if (workspace == nullptr) workspace = std::make_unique<Workspace>(keyring_, pins_);
  return Loan(*this, std::move(workspace));
}

void Workspaces::give_back(std::unique_ptr<Workspace> workspace) {
  shelf().with([&workspace](auto& idle) { idle.push_back(std::move(workspace)); });
}

}  // namespace mesh
