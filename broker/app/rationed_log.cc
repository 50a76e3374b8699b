// SPDX-License-Identifier: Apache-2.0
#include "broker/app/rationed_log.h"

namespace app {

RationedLog::RationedLog(net::Loop& loop, const base::Log& log)
    : loop_(loop), log_(log), timer_(loop, [this] { summarize(); }) {}

void RationedLog::info(std::string_view event, const net::Address& from,
                       std::initializer_list<base::Field> fields) {
  if (!log_.enabled(base::Level::info)) return;
  if (ration_.admits(event, from, loop_.now())) return log_.write(base::Level::info, event, fields);
  suppressed_.fetch_add(1, std::memory_order_relaxed);
  if (is_armed_) return;
  is_armed_ = true;
  timer_.set(*ration_.summary_due());
}

void RationedLog::summarize() {
  is_armed_ = false;
  for (const auto& [event, from, lines] : ration_.take_summary()) {
    log_.warn("log_suppressed", {{"what", event},
                                 {"address", from ? from->text() : "many"},
                                 {"suppressed", lines},
                                 {"period_s", std::chrono::duration<double>(ration_.period()).count()}});
  }
}

}  // namespace app
