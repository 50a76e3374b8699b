// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "broker/base/guarded.h"
#include "mesh/packet_identity.h"
#include "mesh/pki.h"
#include "mesh/xeddsa.h"

namespace mesh {

/// One signature to be verified.
struct SignatureCheck {
  PacketIdentity packet;
  PublicKey key;
  std::string message;  // see signed_bytes
  SignatureBytes signature{};
};

struct SignatureResult {
  PacketIdentity packet;
  bool is_valid = false;
};

/// Verifies signatures on a thread of its own, because one takes as long as a turn of a worker may. At most
/// `limit` checks are in here at a time, waiting or done and not yet taken: one more is turned away. Owned by
/// the plugin; what still waits when it ends is given up.
class SignatureChecker {
 public:
  /// At 85 µs each, what waits is done within 0.2 s.
  static constexpr std::size_t default_limit = 2048;

  explicit SignatureChecker(std::size_t limit = default_limit);
  ~SignatureChecker();
  SignatureChecker(const SignatureChecker&) = delete;
  SignatureChecker& operator=(const SignatureChecker&) = delete;

  /// Any thread; a short lock. False when it was turned away.
  [[nodiscard]] bool submit(SignatureCheck check);
  /// What has been verified since the last call, in the order of submission. Any thread; a short lock.
  std::vector<SignatureResult> take_results();
  /// Blocks until all that was submitted before is verified. For tests.
  void wait_until_done();

 private:
  struct Work {
    std::vector<SignatureCheck> waiting;
    std::vector<SignatureResult> done;
    std::size_t being_done = 0;
  };

  void run();

  const std::size_t limit_;
  base::Guarded<Work> work_;
  std::atomic<std::uint32_t> submitted_{0};  // counts up, also once at the end: what the thread waits for
  std::atomic<std::uint32_t> verified_{0};
  std::atomic<bool> ends_{false};
  std::thread thread_;  // the last member: it uses the others
};

}  // namespace mesh
