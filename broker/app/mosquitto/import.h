// SPDX-License-Identifier: Apache-2.0
// `meshbroker import-mosquitto`: from a mosquitto.conf to TOML, and what has no counterpart. main's thread.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace app::mosquitto {

/// A file, or a part of one. `name` stands in the notes.
struct Source {
  std::string name;
  std::string text;
  std::size_t first_line = 1;
};

/// An include_dir: the folder as written, and its line, counted from one.
struct Include {
  std::string folder;
  std::size_t line;
};

/// `is_refused`: mosquitto would not start with it either, or the TOML is not valid; the notes say why. No
/// note has the value of an option in it that may be a secret.
struct Imported {
  std::string toml;
  std::vector<std::string> notes;  // "FILE:LINE: what it means, what to do"
  bool is_refused = false;
};

/// Pure. The sources are read as one text, in order.
[[nodiscard]] Imported convert(const std::vector<Source>& sources);

/// In order. Pure.
[[nodiscard]] std::vector<Include> includes(std::string_view text);

/// The command: TOML to standard output, notes to standard error. The exit code: 0 done, 1 a file cannot be
/// read, 2 mosquitto would refuse it, too.
int import_file(const std::string& file);

}  // namespace app::mosquitto
