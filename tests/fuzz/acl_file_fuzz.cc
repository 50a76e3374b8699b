// SPDX-License-Identifier: Apache-2.0
// Four lines (a user, a client id, a topic, a filter), then any text as a rules file: nothing that a refused
// subscription can match may be read, a name with a wildcard gains nothing over one without, and all problems
// say a line.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "broker/auth/acl_file.h"
#include "broker/base/bytes.h"
#include "broker/base/check.h"
#include "broker/mqtt/topic.h"

namespace {

using auth::Access;

std::string_view cut_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = base::as_text({data, size});
  const std::string_view user = cut_line(text);
  const std::string_view client_id = cut_line(text);
  const std::string_view topic = cut_line(text);
  const std::string_view filter = cut_line(text);
  const auto rules = auth::parse_acl(text, "file");
  if (!rules) {
    CHECK(!rules.error().empty());
    for (const auth::Problem& problem : rules.error()) CHECK(problem.where.starts_with("file:"));
    return 0;
  }
  const auth::Permissions permissions = rules->of({user, client_id});
  if (!mqtt::is_valid_topic(topic) || !mqtt::is_valid_filter(filter)) return 0;
  const bool may_read = permissions.may(Access::read, topic);
  static_cast<void>(permissions.may(Access::write, topic));
  const bool is_refused = !permissions.may(Access::subscribe, filter);
  CHECK(!is_refused || !may_read || !mqtt::matches(filter, topic));
  if (client_id.find_first_of("+#") == std::string_view::npos) return 0;
  CHECK(may_read == rules->of({user, {}}).may(Access::read, topic));
  return 0;
}
