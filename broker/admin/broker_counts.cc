// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/broker_counts.h"

namespace admin {

std::uint64_t BrokerCounts::sum(std::uint64_t WorkerCounts::*of) const {
  std::uint64_t sum = 0;
  for (const WorkerCounts& worker : workers) sum += worker.*of;
  return sum;
}

std::uint64_t BrokerCounts::sum(core::Metric metric) const {
  std::uint64_t sum = 0;
  for (const WorkerCounts& worker : workers) sum += worker.core[static_cast<std::size_t>(metric)].value;
  return sum;
}

std::uint64_t BrokerCounts::sum(core::CloseReason reason) const {
  std::uint64_t sum = 0;
  for (const WorkerCounts& worker : workers) sum += worker.closed[static_cast<std::size_t>(reason)].value;
  return sum;
}

std::vector<base::Count> BrokerCounts::sums(std::vector<base::Count> WorkerCounts::*of) const {
  std::vector<base::Count> sums;
  for (const WorkerCounts& worker : workers) base::add_counts(sums, worker.*of);
  return sums;
}

}  // namespace admin
