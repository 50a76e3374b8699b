// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/guarded.h"
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

/// The idle workspaces. There are never more of them than hooks ran at once, so about one per worker; taking
/// one is a short lock, and nothing is locked while it is used. Each thread has a shelf, or shares one: what
/// it takes is what it gave back, still in its core's cache. Any thread.
class Workspaces {
 public:
  /// A workspace on loan; its end gives it back. Keyring, pins and this must outlive it.
  class Loan {
   public:
    Loan(Workspaces& home, std::unique_ptr<Workspace> workspace)
        : home_(home), workspace_(std::move(workspace)) {}
    ~Loan() { home_.give_back(std::move(workspace_)); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Workspace& operator*() const { return *workspace_; }
    Workspace* operator->() const { return workspace_.get(); }

   private:
    Workspaces& home_;
    std::unique_ptr<Workspace> workspace_;
  };

  explicit Workspaces(const Keyring& keyring, const KeyPins* pins = nullptr)
      : keyring_(keyring), pins_(pins) {}

  Loan borrow();

 private:
  void give_back(std::unique_ptr<Workspace> workspace);

  static constexpr std::size_t shelf_count = 16;
  using Shelf = base::Guarded<std::vector<std::unique_ptr<Workspace>>>;
  Shelf& shelf();

  const Keyring& keyring_;
  const KeyPins* const pins_;
  std::array<Shelf, shelf_count> idle_;
};

}  // namespace mesh
