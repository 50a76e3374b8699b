// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cstdio>
#include <string_view>

#include <sys/resource.h>

#include "bench/relay/relay.h"

namespace {

struct Named {
  std::string_view name;
  relay::Fault fault;
};

constexpr Named faults[] = {
    {"lose", relay::Fault::lose}, {"double", relay::Fault::repeat}, {"swap", relay::Fault::swap}};

bool read_port(std::string_view text, std::uint16_t& port) {
  return std::from_chars(text.data(), text.data() + text.size(), port).ec == std::errc{};
}

bool read_fault(std::string_view text, relay::Fault& fault) {
  for (const Named& named : faults) {
    if (named.name == text) fault = named.fault;
  }
  return fault != relay::Fault::none;
}

}  // namespace

int main(int count, char** words) {
  relay::Options options;
  const bool is_right = count >= 2 && count <= 3 && read_port(words[1], options.port) &&
                        (count == 2 || read_fault(words[2], options.fault));
  if (!is_right) {
    std::fputs(
        "usage: meshbroker_relay PORT [lose|double|swap]\n  the fault happens to every 997th message\n",
        stderr);
    return 2;
  }
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  relay::Relay(options).run();
}
