// SPDX-License-Identifier: Apache-2.0
#include "broker/app/node_key_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mesh/channel_key.h"
#include "mesh/envelope.h"

namespace app {
namespace {

using Key = base::Expected<mesh::PrivateKey, std::string>;

constexpr mode_t others = S_IRWXG | S_IRWXO;
/// A key has 44 digits; whoever names another file shall hear so, not wait.
constexpr std::size_t max_file_bytes = 256;

/// A descriptor that closes itself.
class File {
 public:
  explicit File(const std::string& path)
      : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

Key parse_key(std::string_view text) {
  if (text.starts_with("base64:")) text.remove_prefix(7);
  const auto bytes = mesh::parse_base64(text);
  if (!bytes || bytes->size() != mesh::pki_key_bytes)
    return base::make_unexpected(std::string("is no private key: 32 bytes in base64, as the app shows them"));
  return mesh::PrivateKey(base::Bytes(*bytes).first<mesh::pki_key_bytes>());
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = std::min(text.find_first_not_of(blanks), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

Key read_key(const std::string& path) {
  const File file(path);
  struct stat status {};
  if (file.descriptor() < 0 || fstat(file.descriptor(), &status) != 0)
    return base::make_unexpected(fmt::format("cannot be read: {}", std::strerror(errno)));
  if ((status.st_mode & others) != 0)
    return base::make_unexpected(fmt::format("can be read by others: chmod 600 {}", path));
  std::array<char, max_file_bytes> bytes{};
  const ssize_t size = read(file.descriptor(), bytes.data(), bytes.size());
  if (size < 0) return base::make_unexpected(fmt::format("cannot be read: {}", std::strerror(errno)));
  return parse_key(trimmed({bytes.data(), static_cast<std::size_t>(size)}));
}

Key key_of(const MeshNode& node, const std::string& config_file) {
  if (node.private_key_file.empty()) return parse_key(node.private_key);
  const std::string path = path_beside(config_file, node.private_key_file);
  return read_key(path).map_error([&path](const std::string& what) { return path + " " + what; });
}

}  // namespace

base::Expected<std::vector<mesh::NodeKeyConfig>, std::vector<Problem>> read_node_keys(
    const LoadedConfig& loaded) {
  std::vector<mesh::NodeKeyConfig> keys;
  std::vector<Problem> problems;
  const std::vector<MeshNode>& nodes = loaded.config.mesh.own_nodes;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const MeshNode& node = nodes[i];
    if (!node.id) continue;
    const Key key = key_of(node, loaded.file);
    if (key) {
      keys.push_back({*node.id, *key});
      continue;
    }
    const char* const setting = node.private_key_file.empty() ? "private_key" : "private_key_file";
    problems.push_back({place_of(loaded.places, fmt::format("mesh.node.{}.{}", i, setting)),
                        fmt::format("mesh.node {}: {}", mesh::node_id(*node.id), key.error())});
  }
  if (!problems.empty()) return base::make_unexpected(std::move(problems));
  return keys;
}

std::optional<std::string> exposure_of(const LoadedConfig& loaded) {
  const auto& nodes = loaded.config.mesh.own_nodes;
  const bool has_key =
      std::any_of(nodes.begin(), nodes.end(), [](const MeshNode& node) { return !node.private_key.empty(); });
  struct stat status {};
  if (!has_key || loaded.file.empty() || stat(loaded.file.c_str(), &status) != 0) return std::nullopt;
  if ((status.st_mode & others) == 0) return std::nullopt;
  return fmt::format("{} has a node's private key in it and can be read by others: chmod 600 {}", loaded.file,
                     loaded.file);
}

}  // namespace app
