// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "mesh/envelope.h"
#include "mesh/json_text.h"
#include "mesh/keyring.h"
#include "mesh/packet_json.h"
#include "mesh/reception.h"
#include "mesh/send_request.h"
#include "mesh/text_buffer.h"

namespace mesh {

/// All that one hook needs while it runs and that is dear to make: message objects, ciphers, buffers. One
/// hook at a time.
struct Workspace {
  explicit Workspace(const Keyring& keyring, const KeyPins* pins = nullptr) : receptions(keyring, pins) {}

  EnvelopeReader envelopes;
  ReceptionReader receptions;
  JsonText json_text;
  RequestReader requests;
  TextBuffer json;
  PacketJson packet_json;
  std::string topic;
};

/// The idle workspaces: one per thread, which lies where that thread finds it, still in its core's cache. Who
/// finds none makes one; of two that come back to one place, where threads share it, one is dropped. Without
/// locks. Any thread.
class Workspaces {
 public:
  /// A workspace on loan; its end gives it back. Keyring, pins and this must outlive it.
  class Loan {
   public:
    Loan(std::atomic<Workspace*>& home, std::unique_ptr<Workspace> workspace)
        : home_(home), workspace_(std::move(workspace)) {}
    ~Loan() { workspace_.reset(home_.exchange(workspace_.release())); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Workspace& operator*() const { return *workspace_; }
    Workspace* operator->() const { return workspace_.get(); }

   private:
    std::atomic<Workspace*>& home_;
    std::unique_ptr<Workspace> workspace_;
  };

  explicit Workspaces(const Keyring& keyring, const KeyPins* pins = nullptr)
      : keyring_(keyring), pins_(pins) {}
  ~Workspaces();
  Workspaces(const Workspaces&) = delete;
  Workspaces& operator=(const Workspaces&) = delete;

  Loan borrow();

 private:
  static constexpr std::size_t most_places = 64;  // each in a cache line of its own
  struct alignas(64) Place {
    std::atomic<Workspace*> idle = nullptr;  // owned
  };

  const Keyring& keyring_;
  const KeyPins* const pins_;
  std::array<Place, most_places> places_;
};

}  // namespace mesh
