// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace mesh {

/// Text that grows at its end, written to directly: std::string's own appends cost more than all they are
/// given here, a hundred pieces of a few bytes per message. Owned by whoever builds the text; `clear` keeps
/// the memory.
class TextBuffer {
 public:
  /// Memory for that many characters at the end, valid until the next call of anything here.
  char* room(std::size_t characters) {
    if (memory_.size() - size_ < characters) [[unlikely]]
      grow(characters);
    return memory_.data() + size_;
  }
  /// The text now ends at `end`, somewhere in the last room.
  void end_at(const char* end) { size_ = static_cast<std::size_t>(end - memory_.data()); }

  void append(char c) {
    *room(1) = c;
    ++size_;
  }
  void append(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(room(text.size()), text.data(), text.size());
    size_ += text.size();
  }

  void clear() { size_ = 0; }
  void shrink_to(std::size_t size) { size_ = std::min(size_, size); }
  std::string_view view() const { return {memory_.data(), size_}; }
  std::size_t size() const { return size_; }

 private:
  [[gnu::noinline]] void grow(std::size_t characters) {
    memory_.resize(std::max(2 * memory_.size(), size_ + characters));
  }

  std::string memory_;  // its size is what may be written to
  std::size_t size_ = 0;
};

}  // namespace mesh
