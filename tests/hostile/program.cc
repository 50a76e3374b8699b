// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/program.h"

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker/base/check.h"

namespace hostile {
namespace {

constexpr auto start_patience = std::chrono::seconds(60);
/// A leak check walks all that is left.
constexpr int stop_patience_ms = 60'000;

/// Little quarantine and no stacks of allocations: what is measured is the broker, and what a sanitizer adds
/// to it stays below the same again. A use after free is still found, with the stack of the use.
constexpr const char* sanitizer_options =
    "ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=1:thread_local_quarantine_size_kb=64:"
    "malloc_context_size=0:allocator_release_to_os_interval_ms=100:verify_asan_link_order=0";

std::string program_path() {
  const char* other = std::getenv("MESHBROKER_PROGRAM");
  return other != nullptr ? other : MESHBROKER_BUILT_PROGRAM;
}

int file_without_name() {
  std::string path = (std::filesystem::temp_directory_path() / "meshbroker-hostile-XXXXXX").string();
  const int fd = mkostemp(path.data(), O_CLOEXEC | O_APPEND);
  if (fd >= 0) unlink(path.c_str());
  return fd;
}

/// As execve wants them; views of `words`.
std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// In the child, between fork and exec.
[[noreturn]] void become(const std::vector<char*>& arguments, const std::vector<char*>& environment,
                         int log) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is cut off leaves no broker behind
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execve(arguments.front(), arguments.data(), environment.data());
  _exit(127);
}

/// The port of the line "listening address=127.0.0.1:PORT"; 0: not there yet.
std::uint16_t port_in(std::string_view log) {
  constexpr std::string_view before = "listening address=127.0.0.1:";
  const std::size_t at = log.find(before);
  if (at == std::string_view::npos) return 0;
  const std::string_view digits = log.substr(at + before.size());
  if (digits.find('\n') == std::string_view::npos) return 0;
  std::uint16_t port = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return port;
}

}  // namespace

Program::Program(const std::vector<std::string>& settings, std::vector<std::string> environment,
                 std::string config_file)
    : config_file_(std::move(config_file)), log_(file_without_name()) {
  CHECK(log_ >= 0);
  start(settings, std::move(environment));
  process_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  const auto give_up = std::chrono::steady_clock::now() + start_patience;
  while (port_ == 0 && std::chrono::steady_clock::now() < give_up && !wait_for_end(5)) port_ = port_in(log());
}

Program::~Program() {
  kill_now();
  if (process_ >= 0) close(process_);
  close(log_);
}

void Program::start(const std::vector<std::string>& settings, std::vector<std::string> environment) {
  std::vector<std::string> words = {
      program_path(),        "-c", config_file_, "--set", "listener.0.bind=\"127.0.0.1:0\"", "--set",
      "broker.data_dir=\"\""};
  for (const std::string& setting : settings) words.insert(words.end(), {"--set", setting});
  environment.insert(environment.end(), {sanitizer_options, "UBSAN_OPTIONS=print_stacktrace=1"});
  const std::vector<char*> arguments = pointers_to(words);
  const std::vector<char*> variables = pointers_to(environment);
  pid_ = fork();
  if (pid_ == 0) become(arguments, variables, log_);
}

bool Program::wait_for_end(int timeout_ms) {
  pollfd waiting{.fd = process_, .events = POLLIN, .revents = 0};
  return poll(&waiting, 1, timeout_ms) > 0;
}

bool Program::is_running() { return pid_ > 0 && !wait_for_end(0); }

std::size_t Program::resident_bytes() const {
  std::ifstream statm("/proc/" + std::to_string(pid_) + "/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  std::size_t of_files = 0;
  if (!(statm >> size >> resident >> of_files)) return 0;
  return (resident - of_files) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t Program::open_descriptors() const {
  std::error_code gone;
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid_) + "/fd", gone);
  return gone ? 0 : static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::chrono::nanoseconds Program::starved() const {
  std::ifstream schedstat("/proc/" + std::to_string(pid_) + "/schedstat");
  std::int64_t ran_ns = 0;
  std::int64_t waited_ns = 0;
  schedstat >> ran_ns >> waited_ns;
  return std::chrono::nanoseconds(waited_ns);
}

int Program::stop() {
  if (pid_ <= 0) return -1;
  kill(pid_, SIGTERM);
  if (!wait_for_end(stop_patience_ms)) return -1;
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void Program::hang_up() const {
  if (pid_ > 0) kill(pid_, SIGHUP);
}

void Program::kill_now() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string Program::log() const {
  const off_t size = lseek(log_, 0, SEEK_END);
  std::string text(static_cast<std::size_t>(size), '\0');
  const ssize_t got = pread(log_, text.data(), text.size(), 0);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

}  // namespace hostile
