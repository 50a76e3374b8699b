// SPDX-License-Identifier: Apache-2.0
#include "broker/base/log.h"

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

using base::Level;
using base::Log;
using base::LogFormat;

namespace {

/// What one event looks like.
std::string line_of(LogFormat format, std::initializer_list<base::Field> fields) {
  std::string written;
  const Log log(Level::trace, format, [&written](Level, std::string_view line) { written = line; });
  log.info("event", fields);
  return written;
}
std::string text(std::string_view value) { return line_of(LogFormat::text, {{"key", value}}); }
std::string json(std::string_view value) { return line_of(LogFormat::json, {{"key", value}}); }

}  // namespace

TEST_CASE("a text line is level, event and fields in order") {
  CHECK(line_of(LogFormat::text, {{"id", "a"}, {"count", 3}, {"n", -4}}) == "info  event id=a count=3 n=-4");
  CHECK(line_of(LogFormat::text, {}) == "info  event");
}

TEST_CASE("a json line is the inside of an object, numbers bare") {
  CHECK(
      line_of(LogFormat::json, {{"id", "a"}, {"count", std::uint64_t{18446744073709551615U}}, {"x", 0.5}}) ==
      R"("level":"info","event":"event","id":"a","count":18446744073709551615,"x":0.5)");
}

TEST_CASE("a number that JSON cannot say is null") {
  CHECK(line_of(LogFormat::json, {{"x", std::nan("")}}) == R"("level":"info","event":"event","x":null)");
  CHECK(line_of(LogFormat::json, {{"x", HUGE_VAL}}) == R"("level":"info","event":"event","x":null)");
  CHECK(line_of(LogFormat::text, {{"x", HUGE_VAL}}) == "info  event x=inf");
}

TEST_CASE("text that is one plain word needs no quotes") {
  CHECK(text("192.0.2.7:51234") == "info  event key=192.0.2.7:51234");
  CHECK(text("msh/EU_868/2/e/LongFast/!deadbeef") == "info  event key=msh/EU_868/2/e/LongFast/!deadbeef");
}

TEST_CASE("text that is no plain word is quoted, so that keys cannot be forged") {
  CHECK(text("") == R"(info  event key="")");
  CHECK(text("a b") == R"(info  event key="a b")");
  CHECK(text("a=b") == R"(info  event key="a=b")");
}

TEST_CASE("quotes and backslashes are escaped") {
  CHECK(text("a\"b\\c") == R"(info  event key="a\"b\\c")");
  CHECK(json("a\"b\\c") == R"("level":"info","event":"event","key":"a\"b\\c")");
}

TEST_CASE("no line break or terminal code of a stranger reaches the log") {
  CHECK(text("a\r\nb") == R"(info  event key="a\u000d\u000ab")");
  CHECK(text("\x1b[31m") == R"(info  event key="\u001b[31m")");
  CHECK(json("a\nb\x1b[0m\x7f") == R"("level":"info","event":"event","key":"a\u000ab\u001b[0m\u007f")");
  CHECK(text(std::string_view("a\0b", 3)) == R"(info  event key="a\u0000b")");
  for (int c = 0; c < 0x20; ++c) {
    const std::string control(1, static_cast<char>(c));
    CHECK(text(control).find(control) == std::string::npos);
    CHECK(json(control).find(control) == std::string::npos);
  }
}

TEST_CASE("bytes that are no UTF-8 leave a line that is") {
  for (int c = 0x80; c < 0x100; ++c) {
    const std::string byte(1, static_cast<char>(c));
    CHECK(text(byte).find(byte) == std::string::npos);
    CHECK(json(byte).find(byte) == std::string::npos);
  }
}

TEST_CASE("an event below the least level is not written") {
  std::vector<Level> written;
  const Log log(Level::warn, LogFormat::text,
                [&written](Level level, std::string_view) { written.push_back(level); });
  log.debug("e");
  log.info("e");
  log.warn("e");
  log.error("e");
  CHECK(written == std::vector{Level::warn, Level::error});
  CHECK_FALSE(log.enabled(Level::info));
  CHECK(log.enabled(Level::warn));
}

TEST_CASE("a long text is cut at 256 bytes and its length said") {
  const std::string fits(256, 'a');
  const std::string longer(65535, 'a');
  CHECK(text(fits) == "info  event key=" + fits);
  CHECK(text(longer) == "info  event key=\"" + fits + "…(65535 bytes)\"");
  CHECK(json(longer) == R"("level":"info","event":"event","key":")" + fits + "…(65535 bytes)\"");
}

TEST_CASE("the cut splits no escape") {
  const std::string controls(300, '\x1b');
  const std::string line = text(controls);
  CHECK(line.ends_with("\\u001b…(300 bytes)\""));
  CHECK(line.size() == std::string("info  event key=\"…(300 bytes)\"").size() + 256 * 6);
}

TEST_CASE("a line of many hostile texts stays shorter than what a pipe takes in one piece") {
  const std::string worst(65535, '\x1b');
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    const std::string line = line_of(format, {{"a", worst},
                                              {"b", worst},
                                              {"c", worst},
                                              {"d", worst},
                                              {"e", worst},
                                              {"f", worst},
                                              {"g", worst},
                                              {"h", "the end"}});
    CHECK(line.size() < 4096 - 100);
    CHECK(line.find("…(65535 bytes)") != std::string::npos);
  }
}

TEST_CASE("a standard error that nobody reads stops nobody; what was lost is counted and said") {
  int ends[2] = {};
  REQUIRE(pipe(ends) == 0);
  const int saved = dup(STDERR_FILENO);
  REQUIRE(dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
  close(ends[1]);
  constexpr int written = 3000;  // far more than the 64 KiB of a pipe
  {
    const Log log = Log::to_stderr(Level::info, LogFormat::text);
    for (int i = 0; i < written; ++i) log.info("flood", {{"number", i}});
    std::string some(8192, '\0');
    REQUIRE(read(ends[0], some.data(), some.size()) == 8192);
    log.info("flood", {{"number", written}});
    dup2(saved, STDERR_FILENO);
    close(saved);
    std::string all = some;
    for (ssize_t got = 0; (got = read(ends[0], some.data(), some.size())) > 0;)
      all.append(some, 0, static_cast<std::size_t>(got));
    int kept = 0;
    for (std::size_t at = 0; (at = all.find("flood number=", at)) != std::string::npos; ++at) ++kept;
    CHECK(kept < written);
    CHECK(all.find("log_lost lines=" + std::to_string(written + 1 - kept)) != std::string::npos);
    CHECK(all.ends_with("flood number=" + std::to_string(written) + "\n"));
  }
  close(ends[0]);
}

namespace {

/// What standard error gets when JOURNAL_STREAM names it, or a file whose inode is `off` further.
std::string said_to_journal(LogFormat format, ino_t off) {
  int ends[2] = {};
  REQUIRE(pipe(ends) == 0);
  const int saved = dup(STDERR_FILENO);
  struct stat stream = {};
  REQUIRE(fstat(ends[1], &stream) == 0);
  const std::string name = std::to_string(stream.st_dev) + ":" + std::to_string(stream.st_ino + off);
  setenv("JOURNAL_STREAM", name.c_str(), 1);
  REQUIRE(dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
  const Log log = Log::to_stderr(Level::debug, format);
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  dup2(saved, STDERR_FILENO);
  unsetenv("JOURNAL_STREAM");
  std::string some(4096, '\0');
  some.resize(static_cast<std::size_t>(read(ends[0], some.data(), some.size())));
  for (const int descriptor : {saved, ends[0], ends[1]}) close(descriptor);
  return some;
}

}  // namespace

TEST_CASE("in the journal a line has its priority and no time") {
  CHECK(said_to_journal(LogFormat::text, 0) == "<7>debug a\n<6>info  b\n<4>warn  c\n<3>error d\n");
  CHECK(said_to_journal(LogFormat::json, 0).starts_with("<7>{\"level\":\"debug\",\"event\":\"a\"}\n"));
}

TEST_CASE("a standard error that is not the journal's keeps its time, whatever the environment inherited") {
  CHECK(said_to_journal(LogFormat::text, 1).front() == '2');
}
