// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/rule_set.h"

#include <algorithm>

#include "broker/auth/filter_sets.h"
#include "broker/mqtt/topic.h"

namespace auth {
namespace {

/// "a/b" of "a/b/+/c"; empty where the first level is a wildcard.
std::string_view literal_beginning(std::string_view filter) {
  const std::size_t wildcard = filter.find_first_of("+#");
  return filter.substr(0, wildcard == 0 ? 0 : wildcard - 1);
}

}  // namespace

void RuleSet::add(std::string_view filter, Findings says) {
  if (!mqtt::has_wildcard(filter)) {
    exact_[std::string(filter)].add(says);
    return;
  }
  const std::string_view beginning = literal_beginning(filter);
  wild_[std::string(beginning)].push_back({std::string(filter), says});
  if (!beginning.empty()) most_levels_ = std::max(most_levels_, mqtt::level_count(beginning));
}

Findings RuleSet::about_topic(std::string_view topic) const {
  Findings findings;
  if (const auto found = exact_.find(topic); found != exact_.end()) findings.add(found->second);
  if (wild_.empty()) return findings;
  judge_beginning({}, topic, findings);
  std::size_t end = 0;
  for (std::size_t levels = 0; levels < most_levels_ && end < topic.size(); ++levels) {
    end = std::min(topic.find('/', levels == 0 ? 0 : end + 1), topic.size());
    if (end > 0) judge_beginning(topic.substr(0, end), topic, findings);
  }
  return findings;
}

void RuleSet::judge_beginning(std::string_view beginning, std::string_view topic, Findings& findings) const {
  const auto found = wild_.find(beginning);
  if (found == wild_.end()) return;
  for (const WildRule& rule : found->second) {
    if (mqtt::matches(rule.filter, topic)) findings.add(rule.says);
  }
}

Findings RuleSet::about_filter(std::string_view filter) const {
  if (!mqtt::has_wildcard(filter)) return about_topic(filter);
  Findings findings;
  const auto consider = [&findings, filter](std::string_view rule, const Findings& says) {
    if (overlap(rule, filter)) findings.granted |= says.granted;
    if (says.is_denied && covers(rule, filter)) findings.is_denied = true;
  };
  for (const auto& [topic, says] : exact_) consider(topic, says);
  for (const auto& [beginning, rules] : wild_) {
    for (const WildRule& rule : rules) consider(rule.filter, rule.says);
  }
  return findings;
}

}  // namespace auth
