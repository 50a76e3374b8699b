// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mesh {

/// The level after /2/: `envelope` is "e", `legacy` the same under its name before firmware 2.3.0, "c".
enum class TopicKind : std::uint8_t { envelope, legacy, json, map, stat };

constexpr bool is_envelope(TopicKind kind) {
  return kind == TopicKind::envelope || kind == TopicKind::legacy;
}

/// A topic ROOT/2/KIND/… taken apart. Views into the topic.
struct MeshTopic {
  TopicKind kind = TopicKind::envelope;
  std::string_view
      root;  // all before /2/, so perhaps more than the configured root, perhaps with a slash at its end
  std::string_view channel;  // empty for map and stat; may contain slashes, as channel names may
  std::string_view gateway;  // the last level; empty on map topics
};

/// The configured roots. Immutable; any thread.
class Roots {
 public:
  /// A slash at the end of a root is tolerated; an empty root matches nothing.
  explicit Roots(const std::vector<std::string>& roots);

  /// None when the topic is under no root or has not the form above. A few nanoseconds for foreign topics.
  std::optional<MeshTopic> parse(std::string_view topic) const;
  /// Whether a topic under a root may meet this filter.
  bool may_meet(std::string_view filter) const;

 private:
  std::vector<std::string> roots_;  // without a slash at the end
};

/// `out` becomes the topic of the JSON that belongs to an envelope's topic: the kind replaced, nothing else
/// (reference section 4.7).
void make_json_topic(const MeshTopic& topic, std::string& out);

}  // namespace mesh
