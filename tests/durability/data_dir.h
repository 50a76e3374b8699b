// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace durability {

/// An empty folder for a broker, gone at the end of the test.
class DataDir {
 public:
  DataDir() {
    std::string path = (std::filesystem::temp_directory_path() / "meshbroker-durable-XXXXXX").string();
    if (mkdtemp(path.data()) != nullptr) path_ = path;
  }
  ~DataDir() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  DataDir(const DataDir&) = delete;
  DataDir& operator=(const DataDir&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// The settings of a broker that keeps everything here and drops nothing for want of room.
  std::vector<std::string> settings(int workers = 1) const {
    return {"broker.data_dir=\"" + path_.string() + "\"", "broker.workers=" + std::to_string(workers),
            "limits.queued_messages=1000000", "limits.queued_bytes=\"1GiB\""};
  }

 private:
  std::filesystem::path path_;
};

}  // namespace durability
