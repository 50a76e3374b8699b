// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string_view>
#include <vector>

#include "bench/load/connections.h"
#include "bench/load/durable.h"
#include "bench/load/mesh.h"
#include "bench/load/plan.h"
#include "bench/load/report.h"
#include "bench/load/retained.h"
#include "bench/load/self_test.h"
#include "bench/load/traffic.h"

namespace {

load::Report run(const load::Plan& plan) {
  switch (plan.kind) {
    case load::Kind::connections:
      return load::run_connections(plan);
    case load::Kind::retained:
      return load::run_retained(plan);
    case load::Kind::mesh:
      return load::run_mesh(plan);
    case load::Kind::durable:
      return load::run_durable(plan);
    case load::Kind::traffic:
      break;
  }
  return load::Traffic(plan).run();
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string_view> arguments(words + 1, words + count);
  if (arguments.empty() || arguments.front() == "--help") {
    std::fputs(load::usage().c_str(), stdout);
    return arguments.empty() ? 2 : 0;
  }
  if (arguments.front() == "self-test") return load::check_of_the_check() ? 0 : 1;
  const load::Report report = run(load::plan_of(arguments));
  std::fputs(report.text().c_str(), stdout);
  return report.has_faults() ? 1 : 0;
}
