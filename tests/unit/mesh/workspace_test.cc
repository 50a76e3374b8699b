// SPDX-License-Identifier: Apache-2.0
#include "mesh/workspace.h"

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

TEST_CASE("a workspace that was given back is lent again, two at once are two") {
  const auto keyring = Keyring::open({});
  Workspaces workspaces(*keyring);
  const Workspace* first = nullptr;
  {
    const Workspaces::Loan loan = workspaces.borrow();
    first = &*loan;
    const Workspaces::Loan other = workspaces.borrow();
    CHECK(&*other != first);
  }
  const Workspaces::Loan again = workspaces.borrow();
  const Workspaces::Loan and_again = workspaces.borrow();
  CHECK((&*again == first || &*and_again == first));
}

}  // namespace
}  // namespace mesh::test
