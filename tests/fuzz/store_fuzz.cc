// SPDX-License-Identifier: Apache-2.0
// The store against a journal in memory. The input is a journal's life: a byte that says what happens, then a
// byte or two that say to whom; what the journal's rules forbid is left out. Every so often a batch ends, and
// the store is closed and opened again: it must give back what the picture in memory holds.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>

#include <stdlib.h>

#include "broker/base/check.h"
#include "broker/store/store.h"
#include "tests/support/memory_journal.h"
#include "tests/support/restored_text.h"

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_steps = 400;
constexpr std::size_t most_reopenings = 6;

/// A directory, emptied for each input.
const std::string& directory() {
  static const std::string path = [] {
    std::string name = (fs::temp_directory_path() / "meshbroker_fuzz_XXXXXX").string();
    CHECK(mkdtemp(name.data()) != nullptr);
    return name;
  }();
  return path;
}

/// What a session may be told next.
struct Session {
  std::map<core::EntryNumber, bool> entries;  // whether it has been sent
  std::set<core::EntryNumber> released;
  std::set<mqtt::PacketId> received;
  std::set<std::string> filters;
};

/// Both journals, told the same.
class Compared {
 public:
  Compared() { open(); }
  ~Compared() {
    store_.reset();
    fs::remove_all(directory());
  }
  Compared(const Compared&) = delete;
  Compared& operator=(const Compared&) = delete;

  void step(std::uint8_t what, std::uint8_t whom, std::uint8_t value) {
    using Step = void (Compared::*)(std::uint8_t, std::uint8_t);
    static constexpr Step steps[] = {
        &Compared::start_or_end,  &Compared::start_or_end, &Compared::filter, &Compared::queue,
        &Compared::queue_for_all, &Compared::queue,        &Compared::send,   &Compared::release,
        &Compared::finish,        &Compared::receive,      &Compared::will,   &Compared::retain,
        &Compared::forward,       &Compared::take,         &Compared::keep,   &Compared::away,
        &Compared::post,
    };
    (this->*steps[what % std::size(steps)])(whom, value);
  }
  /// True: the store gave back what it should.
  bool reopen() {
    if (++reopenings_ > most_reopenings) return true;
    post(0, 0);
    store_.reset();
    memory_.keep();
    open();
    return is_same_;
  }

 private:
  void open();
  void settle(core::Restored expected);
  /// The same to both.
  template <class Tell>
  void tell(Tell&& call) {
    call(static_cast<core::Journal&>(memory_));
    call(static_cast<core::Journal&>(store_->writer(0)));
  }
  /// The session a byte names; none: there is none.
  std::pair<const core::SessionKey, Session>* session(std::uint8_t whom) {
    if (sessions_.empty()) return nullptr;
    return &*std::next(sessions_.begin(), static_cast<std::ptrdiff_t>(whom % sessions_.size()));
  }
  template <class Set>
  static auto chosen(Set& set, std::uint8_t value) {
    return set.empty() ? set.end() : std::next(set.begin(), static_cast<std::ptrdiff_t>(value % set.size()));
  }
  static std::string word(std::uint8_t value) { return std::string(1, static_cast<char>('a' + value % 4)); }
  static mqtt::PacketId id_of(int value) { return static_cast<mqtt::PacketId>(value + 1); }
  static mqtt::Qos qos(std::uint8_t value) { return static_cast<mqtt::Qos>(1 + value % 2); }
  core::MessageRef message(std::uint8_t value, bool retain = false) {
    const std::string payload(value % 4 * 700U, 'p');
    return core::MessageRef::make({.topic = word(value / 4),
                                   .payload = base::as_bytes(payload + std::to_string(++messages_)),
                                   .qos = qos(value),
                                   .retain = retain});
  }

  void start_or_end(std::uint8_t whom, std::uint8_t value);
  void filter(std::uint8_t whom, std::uint8_t value);
  void queue(std::uint8_t whom, std::uint8_t value);
  void queue_for_all(std::uint8_t whom, std::uint8_t value);
  void send(std::uint8_t whom, std::uint8_t value);
  void release(std::uint8_t whom, std::uint8_t value);
  void finish(std::uint8_t whom, std::uint8_t value);
  void receive(std::uint8_t whom, std::uint8_t value);
  void will(std::uint8_t whom, std::uint8_t value);
  void retain(std::uint8_t whom, std::uint8_t value);
  void forward(std::uint8_t whom, std::uint8_t value);
  void take(std::uint8_t whom, std::uint8_t value);
  void keep(std::uint8_t whom, std::uint8_t value);
  void away(std::uint8_t whom, std::uint8_t value);
  void post(std::uint8_t, std::uint8_t) {
    tell([](core::Journal& each) { each.post(); });
  }

  base::Log log_{base::Level::warn, base::LogFormat::text, [this](base::Level, std::string_view line) {
                   std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
                   is_same_ = false;
                 }};
  support::MemoryJournal memory_;
  std::unique_ptr<store::Store> store_;
  std::map<core::SessionKey, Session> sessions_;
  std::set<core::SessionKey> wills_;
  core::SessionKey last_key_ = 0;
  core::EntryNumber last_number_ = 0;
  core::Stamp stamp_ = 0;
  std::uint64_t forwarded_ = 0, taken_ = 0, messages_ = 0;
  std::size_t reopenings_ = 0;
  bool is_same_ = true;
};

void Compared::open() {
  store_ = *store::Store::open({.directory = directory(),
                                .program = "fuzz",
                                .log = log_,
                                .clock = [] { return std::int64_t{1}; },
                                .on_kept = [](std::uint32_t, core::Sequence) {}});
  const auto found = support::lines_of(store_->take_restored());
  store_->start();
  settle(memory_.restored());
  const auto expected = support::lines_of(memory_.restored());
  if (found == expected) return;
  is_same_ = false;
  for (const std::string& line : expected) std::fprintf(stderr, "expected: %s\n", line.c_str());
  for (const std::string& line : found) std::fprintf(stderr, "found:    %s\n", line.c_str());
}

/// What the store does at start with what was forwarded.
void Compared::settle(core::Restored expected) {
  for (const core::SettledForward& each : core::settle_forwards(expected)) {
    memory_.queue(each.key, each.entry, each.message);
    sessions_.at(each.key).entries.emplace(each.entry.number, false);
    last_number_ = std::max(last_number_, each.entry.number);
  }
  memory_.take(0, taken_ = forwarded_);
  memory_.post();
  memory_.keep();
}

void Compared::start_or_end(std::uint8_t whom, std::uint8_t value) {
  auto* old = session(whom);
  if (old == nullptr || value % 4 != 0) {
    const core::SessionKey key = ++last_key_;
    sessions_[key] = {};
    return tell([&](core::Journal& each) { each.start_session(key, "c" + std::to_string(key)); });
  }
  const core::SessionKey key = old->first;
  sessions_.erase(key);
  tell([&](core::Journal& each) { each.end_session(key); });
}

void Compared::filter(std::uint8_t whom, std::uint8_t value) {
  auto* to = session(whom);
  if (to == nullptr) return;
  const std::string text = value % 16 == 0 ? "#" : word(value);
  if (value >= 128 && to->second.filters.erase(text) == 1)
    return tell([&](core::Journal& each) { each.unsubscribe(to->first, text); });
  to->second.filters.insert(text);
  tell([&](core::Journal& each) { each.subscribe(to->first, text, static_cast<mqtt::Qos>(value / 16 % 3)); });
}

void Compared::queue(std::uint8_t whom, std::uint8_t value) {
  auto* to = session(whom);
  if (to == nullptr) return;
  const core::Entry entry{.number = ++last_number_,
                          .qos = qos(value),
                          .retain = value % 3 == 0,
                          .packet_id = static_cast<mqtt::PacketId>(value % 5 == 0 ? value : 0)};
  to->second.entries.emplace(entry.number, entry.packet_id != 0);
  const core::MessageRef made = message(value);
  tell([&](core::Journal& each) { each.queue(to->first, entry, made); });
}

void Compared::queue_for_all(std::uint8_t, std::uint8_t value) {
  const core::MessageRef made = message(value);
  const core::Entry entry{.number = ++last_number_, .qos = qos(value)};
  for (auto& [key, of] : sessions_) {
    of.entries.emplace(entry.number, false);
    tell([&, to = key](core::Journal& each) { each.queue(to, entry, made); });
  }
}

void Compared::send(std::uint8_t whom, std::uint8_t value) {
  auto* to = session(whom);
  if (to == nullptr) return;
  const auto at = chosen(to->second.entries, value);
  if (at == to->second.entries.end() || to->second.released.contains(at->first)) return;
  at->second = true;
  tell([&](core::Journal& each) { each.send(to->first, at->first, id_of(value)); });
}

void Compared::release(std::uint8_t whom, std::uint8_t value) {
  auto* to = session(whom);
  if (to == nullptr) return;
  const auto at = chosen(to->second.entries, value);
  if (at == to->second.entries.end() || !at->second || !to->second.released.insert(at->first).second) return;
  tell([&](core::Journal& each) { each.release(to->first, at->first); });
}

void Compared::finish(std::uint8_t whom, std::uint8_t value) {
  auto* to = session(whom);
  if (to == nullptr) return;
  const auto at = chosen(to->second.entries, value);
  if (at == to->second.entries.end()) return;
  const core::EntryNumber number = at->first;
  to->second.entries.erase(at);
  to->second.released.erase(number);
  tell([&](core::Journal& each) { each.finish(to->first, number); });
}

void Compared::receive(std::uint8_t whom, std::uint8_t value) {
  auto* to = session(whom);
  if (to == nullptr) return;
  const mqtt::PacketId id = id_of(value % 8);
  if (to->second.received.insert(id).second)
    return tell([&](core::Journal& each) { each.receive(to->first, id); });
  to->second.received.erase(id);
  tell([&](core::Journal& each) { each.complete(to->first, id); });
}

void Compared::will(std::uint8_t whom, std::uint8_t value) {
  const core::SessionKey key = 1000 + whom % 4;
  if (value % 2 == 0) {
    wills_.insert(key);
    const core::MessageRef made = message(value, value % 3 == 0);
    return tell([&](core::Journal& each) { each.set_will(key, word(whom), *made); });
  }
  if (wills_.erase(key) == 1) tell([&](core::Journal& each) { each.clear_will(key); });
}

void Compared::retain(std::uint8_t, std::uint8_t value) {
  const core::MessageRef made = message(value, true);
  const core::MessageRef clear = core::MessageRef::make({.topic = made->topic(), .payload = {}});
  ++stamp_;
  tell([&](core::Journal& each) { each.retain(value % 5 == 0 ? *clear : *made, stamp_); });
}

void Compared::forward(std::uint8_t whom, std::uint8_t value) {
  const core::MessageRef made = message(value);
  const std::string topic = word(whom);
  ++forwarded_;
  tell([&](core::Journal& each) {
    each.forward(0, forwarded_, {.topic = topic, .payload = made->payload(), .qos = qos(value)});
  });
}

void Compared::take(std::uint8_t whom, std::uint8_t) {
  if (taken_ == forwarded_) return;
  taken_ += 1 + whom % (forwarded_ - taken_);
  tell([&](core::Journal& each) { each.take(0, taken_); });
}

void Compared::keep(std::uint8_t whom, std::uint8_t value) {
  const std::string bytes(value % 8, static_cast<char>(value));
  tell([&](core::Journal& each) { each.keep(word(whom), base::as_bytes(bytes)); });
}

void Compared::away(std::uint8_t whom, std::uint8_t value) {
  auto* to = session(whom);
  if (to == nullptr) return;
  tell([&](core::Journal& each) { value % 2 == 0 ? each.set_away(to->first) : each.set_here(to->first); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Compared compared;
  const base::Bytes input(data, std::min(size, 3 * most_steps));
  for (std::size_t at = 0; at + 3 <= input.size(); at += 3) {
    if (input[at] >= 250) {
      if (!compared.reopen()) std::abort();
    } else {
      compared.step(input[at], input[at + 1], input[at + 2]);
    }
  }
  if (!compared.reopen() || !compared.reopen()) std::abort();
  return 0;
}
