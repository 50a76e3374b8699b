// SPDX-License-Identifier: Apache-2.0
#include "broker/store/schema.h"

#include <cstring>
#include <vector>

namespace store {
namespace {

/// FNV-1a's constants over words of eight bytes: each step is a bijection of the word, so no single changed
/// word can go unseen. (Fowler, Noll, Vo.)
class Hash {
 public:
  void add(std::uint64_t word) { hash_ = (hash_ ^ word) * 0x100000001b3U; }
  void add(base::Bytes bytes) {
    add(std::uint64_t{bytes.size()});
    while (bytes.size() >= sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data(), sizeof word);
      add(word);
      bytes = bytes.subspan(sizeof word);
    }
    std::uint64_t rest = 0;
    if (!bytes.empty()) std::memcpy(&rest, bytes.data(), bytes.size());
    add(rest);
  }
  std::int64_t value() const { return static_cast<std::int64_t>(hash_ ^ (hash_ >> 32U)); }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names(1);
  for (const char c : table.columns) {
    if (c == ',') {
      names.emplace_back();
    } else if (c != ' ') {
      names.back() += c;
    }
  }
  return names;
}

std::string joined(std::vector<std::string> names, int count, std::string_view between,
                   std::string_view behind) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += between;
    text.append(names[static_cast<std::size_t>(i)]).append(behind);
  }
  return text;
}

std::string keys_of(const Table& table, std::string_view behind) {
  return joined(names_of(table), table.keys, ", ", behind);
}

}  // namespace

std::int64_t checksum(TableId id, std::span<const Value> values) {
  Hash hash;
  hash.add(static_cast<std::uint64_t>(id));
  for (const Value& value : values) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      hash.add(static_cast<std::uint64_t>(*number));
    } else {
      hash.add(std::get<base::Bytes>(value));
    }
  }
  return hash.value();
}

std::string creation() {
  std::string sql;
  for (const Table& each : tables) {
    sql += "CREATE TABLE " + std::string(each.name) + "(" + std::string(each.columns) +
           ", checksum, PRIMARY KEY(" + keys_of(each, "") + ")) WITHOUT ROWID;";
  }
  return sql;
}

std::string insertion(const Table& table) {
  std::string places = "?";
  for (int i = 0; i < table.values; ++i) places += ",?";
  return "INSERT OR REPLACE INTO " + std::string(table.name) + " VALUES(" + places + ")";
}

std::string deletion(const Table& table, int count) {
  return "DELETE FROM " + std::string(table.name) + " WHERE " + joined(names_of(table), count, " AND ", "=?");
}

std::string selection(const Table& table, bool is_backwards) {
  return "SELECT * FROM " + std::string(table.name) + " ORDER BY " +
         keys_of(table, is_backwards ? " DESC" : "");
}

}  // namespace store
