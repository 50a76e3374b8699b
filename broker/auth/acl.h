// SPDX-License-Identifier: Apache-2.0
// Who may do what. Rules are a file's, Permissions what they mean for one client.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/auth/rule_set.h"
#include "broker/auth/text_hash.h"

namespace auth {

/// `read`: to be delivered a message of this topic, live or retained. `write`: to publish to it, also as a
/// will. `subscribe`: to subscribe to this filter.
enum class Access : std::uint8_t { read, write, subscribe };

/// A client. An empty user is an anonymous one.
struct Who {
  std::string_view user;
  std::string_view client_id;
};

/// What one client may do; made when it connects and when the rules were read again. A value that is cheap to
/// copy and immutable; any thread.
class Permissions {
 public:
  /// Nothing is allowed.
  Permissions() = default;
  /// Everything is: there are no rules.
  [[nodiscard]] static Permissions everything();

  /// `text` is a topic, with `Access::subscribe` a filter. A subscription is refused when nothing that it can
  /// match may be read; otherwise each delivery is asked for. Reading and writing cost some 50 ns: whoever
  /// asks for many messages keeps the last topic's answer. A filter with wildcards is held against every
  /// rule.
  [[nodiscard]] bool may(Access access, std::string_view text) const;

 private:
  friend class Rules;
  using Set = std::shared_ptr<const RuleSet>;

  bool is_unrestricted_ = false;
  Set own_;       // of the user, or of anonymous clients
  Set patterns_;  // without substitutions, of everybody
  Set personal_;  // patterns with this client's names in them
};

/// The rules of a file. Filled by parse_acl, then immutable; any thread.
class Rules {
 public:
  /// With `pattern`, %u and %c in `filter` stand for names.
  struct Rule {
    std::string_view filter;
    Findings says;
  };

  /// Of clients of this user; empty: of anonymous ones.
  void add(std::string_view user, const Rule& rule);
  void add_pattern(const Rule& rule);

  [[nodiscard]] Permissions of(const Who& who) const;
  /// Patterns with a substitution: each costs for each client.
  std::size_t personal_patterns() const { return patterns_.size(); }

 private:
  struct Pattern {
    std::string filter;
    Findings says;
  };

  std::unordered_map<std::string, std::shared_ptr<RuleSet>, TextHash, std::equal_to<>> users_;
  std::shared_ptr<RuleSet> common_ = std::make_shared<RuleSet>();
  std::vector<Pattern> patterns_;
};

/// The filter that `pattern` means for a client; none: it means nothing. Names go in literally: one that is
/// empty or has + or # in it fits no topic. One with a slash, or one that would make the topic begin with
/// `$`, grants nothing, because it could be made to name somebody else's topics; it is denied all the same.
[[nodiscard]] std::optional<std::string> substituted(std::string_view pattern, const Who& who,
                                                     bool is_denial);

}  // namespace auth
