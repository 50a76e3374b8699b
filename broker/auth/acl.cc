// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/acl.h"

#include <utility>

#include "broker/mqtt/topic.h"

namespace auth {
namespace {

constexpr std::string_view user_mark = "%u";
constexpr std::string_view client_mark = "%c";

bool has_mark(std::string_view pattern) {
  return pattern.find(user_mark) != std::string_view::npos ||
         pattern.find(client_mark) != std::string_view::npos;
}

bool may_be_put_in(std::string_view name, bool is_denial) {
  return !name.empty() && name.find_first_of(is_denial ? "+#" : "+#/") == std::string_view::npos;
}

std::uint8_t bit_of(Access access) { return access == Access::write ? Findings::write : Findings::read; }

}  // namespace

std::optional<std::string> substituted(std::string_view pattern, const Who& who, bool is_denial) {
  std::string filter;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::string_view two = pattern.substr(at, 2);
    if (two != user_mark && two != client_mark) {
      filter += pattern[at++];
      continue;
    }
    const std::string_view name = two == user_mark ? who.user : who.client_id;
    if (!may_be_put_in(name, is_denial)) return std::nullopt;
    filter += name;
    at += two.size();
  }
  if (!is_denial && filter.starts_with('$') && !pattern.starts_with('$')) return std::nullopt;
  if (!mqtt::is_valid_filter(filter)) return std::nullopt;  // too long
  return filter;
}

Permissions Permissions::everything() {
  Permissions permissions;
  permissions.is_unrestricted_ = true;
  return permissions;
}

bool Permissions::may(Access access, std::string_view text) const {
  if (is_unrestricted_) return true;
  const auto findings = [access, text](const Set& set) {
    if (!set) return Findings{};
    return access == Access::subscribe ? set->about_filter(text) : set->about_topic(text);
  };
  const auto grants = [access](const Findings& found) { return (found.granted & bit_of(access)) != 0; };
  const Findings own = findings(own_);
  if (own.is_denied) return false;
  if (grants(own)) return true;
  Findings general = findings(patterns_);
  general.add(findings(personal_));
  return !general.is_denied && grants(general);
}

void Rules::add(std::string_view user, const Rule& rule) {
  auto& set = users_.try_emplace(std::string(user)).first->second;
  if (!set) set = std::make_shared<RuleSet>();
  set->add(rule.filter, rule.says);
}

void Rules::add_pattern(const Rule& rule) {
  if (has_mark(rule.filter)) {
    patterns_.push_back({std::string(rule.filter), rule.says});
  } else {
    common_->add(rule.filter, rule.says);
  }
}

Permissions Rules::of(const Who& who) const {
  Permissions permissions;
  if (const auto found = users_.find(who.user); found != users_.end()) permissions.own_ = found->second;
  if (!common_->is_empty()) permissions.patterns_ = common_;
  RuleSet personal;
  for (const Pattern& pattern : patterns_) {
    const auto filter = substituted(pattern.filter, who, pattern.says.is_denied);
    if (filter) personal.add(*filter, pattern.says);
  }
  if (!personal.is_empty()) permissions.personal_ = std::make_shared<const RuleSet>(std::move(personal));
  return permissions;
}

}  // namespace auth
