// SPDX-License-Identifier: Apache-2.0
#include "broker/base/log_file.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <sys/stat.h>

#include "broker/base/log.h"

namespace base::test {
namespace {

/// A folder for one test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "log_file_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string operator/(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string content_of(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

}  // namespace

TEST_CASE("lines are appended to a file that only owner and group may read") {
  const Folder folder;
  const std::string path = folder / "broker.log";
  for (const char* line : {"one\n", "two\n"}) {
    const auto file = LogFile::open(path);
    REQUIRE(file);
    CHECK((*file)->append(line));
  }
  CHECK(content_of(path) == "one\ntwo\n");
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::others_all) ==
        std::filesystem::perms::none);
}

TEST_CASE("a file that was renamed away gets no more lines once the log is opened anew") {
  const Folder folder;
  const std::string path = folder / "broker.log";
  const auto file = LogFile::open(path);
  REQUIRE(file);
  CHECK((*file)->append("before\n"));
  std::filesystem::rename(path, folder / "broker.log.1");
  CHECK((*file)->append("between\n"));
  REQUIRE((*file)->reopen());
  CHECK((*file)->append("after\n"));
  CHECK(content_of(folder / "broker.log.1") == "before\nbetween\n");
  CHECK(content_of(path) == "after\n");
}

TEST_CASE("a log that cannot be opened anew goes on where it was") {
  const Folder folder;
  const std::string path = folder / "broker.log";
  const auto file = LogFile::open(path);
  REQUIRE(file);
  std::filesystem::rename(path, folder / "broker.log.1");
  std::filesystem::create_directory(path);
  const auto reopened = (*file)->reopen();
  REQUIRE_FALSE(reopened);
  CHECK(reopened.error() == "cannot open the log file " + path + ": Is a directory");
  CHECK((*file)->append("still here\n"));
  CHECK(content_of(folder / "broker.log.1") == "still here\n");
}

TEST_CASE("what is no file a log could be in is refused, and nobody waits for it") {
  const Folder folder;
  const std::string fifo = folder / "fifo";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  CHECK_FALSE(LogFile::open(fifo));
  const auto device = LogFile::open("/dev/null");
  REQUIRE_FALSE(device);
  CHECK(device.error().find("it is no regular file") != std::string::npos);
  const auto nowhere = LogFile::open(folder / "nowhere/broker.log");
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().find("nowhere/broker.log: No such file or directory") != std::string::npos);
}

namespace {

/// No file of this process grows beyond so many bytes: to it the disk is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit full{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &full) == 0);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("a line that a full disk takes a part of does not run into the next one") {
  const Folder folder;
  const std::string path = folder / "broker.log";
  const auto file = LogFile::open(path);
  REQUIRE(file);
  {
    const FullDisk disk(10);
    CHECK((*file)->append("one\n"));
    CHECK_FALSE((*file)->append("cut in two\n"));
    CHECK_FALSE((*file)->append("lost\n"));
  }
  CHECK((*file)->append("four\n"));
  CHECK(content_of(path) == "one\ncut in\nfour\n");
}

TEST_CASE("a log in a file counts what the disk did not take, and says it first") {
  const Folder folder;
  const std::string path = folder / "broker.log";
  const auto file = LogFile::open(path);
  REQUIRE(file);
  const Log log = log_to(**file, Level::info, LogFormat::text);
  {
    const FullDisk disk(0);
    for (int i = 0; i < 3; ++i) log.info("lost");
  }
  log.info("found");
  const std::string content = content_of(path);
  CHECK(content.find("lost\n") == std::string::npos);
  CHECK(content.find("warn  log_lost lines=3\n") < content.find("info  found\n"));
}

}  // namespace base::test
