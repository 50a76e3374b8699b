// SPDX-License-Identifier: Apache-2.0
#include "broker/app/mosquitto/import.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "broker/app/config/text.h"
#include "broker/app/config/values.h"
#include "broker/app/mosquitto/options.h"
#include "broker/mqtt/utf8.h"

namespace app::mosquitto {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(blanks), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// Calls `each(number, name, value)` for every line that says something.
template <class Each>
void for_each_line(std::string_view text, Each each) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t space = std::min(line.find_first_of(" \t"), line.size());
    each(number, line.substr(0, space), trimmed(line.substr(space)));
  }
}

bool is_text(std::string_view text) {
  return mqtt::is_valid_utf8(text) && text.find('\0') == std::string_view::npos;
}

void refuse(Draft& draft, const Line& line, std::string_view what) {
  draft.note(line.where, fmt::format("{}: {}", is_text(line.name) ? quoted(line.name) : "option", what));
  draft.is_refused = true;
}

void take_line(Draft& draft, const Line& line) {
  const Option* const option = find_option(line.name);
  if (option == nullptr) return refuse(draft, line, "is no option of mosquitto 2.0");
  if (line.value.empty()) return refuse(draft, line, "has no value");
  if (!is_text(line.value)) return refuse(draft, line, "has bytes that are not UTF-8, or a NUL");
  if (option->take == nullptr) {
    if (!option->advice.empty()) draft.note(line.where, fmt::format("{}: {}", option->name, option->advice));
    return;
  }
  if (const std::string wrong = option->take(draft, line, *option); !wrong.empty())
    refuse(draft, line, wrong);
}

void take_lines(Draft& draft, const Source& source) {
  for_each_line(source.text, [&](std::size_t number, std::string_view name, std::string_view value) {
    take_line(draft, {fmt::format("{}:{}", source.name, source.first_line + number - 1), name, value});
  });
}

/// A name is asked for at every start, and may then be another network's: nobody but this machine until an
/// address stands there.
std::string bind_of(Draft& draft, const ListenerDraft& listener) {
  if (!listener.socket_path.empty()) return "unix:" + listener.socket_path;
  const std::string host = listener.host == "localhost" ? "127.0.0.1" : listener.host;
  std::string bind = host.find(':') == std::string::npos ? fmt::format("{}:{}", host, listener.port)
                                                         : fmt::format("[{}]:{}", host, listener.port);
  if (parse_bind(bind)) return bind;
  draft.note(listener.where,
             "bind takes an address, not a name: write it there; until then only this machine can connect");
  return fmt::format("127.0.0.1:{}", listener.port);
}

void add_keys(Draft& draft, ListenerDraft& listener) {
  if (!listener.is_psk) return;
  listener.values["tls.psk_file"] = draft.psk_file.empty() ? "\"\"" : draft.psk_file;
  if (!draft.psk_file.empty()) return;
  draft.note(listener.where, "psk_hint: there is no psk_file");
  draft.is_refused = true;
  listener.host = "127.0.0.1";
}

void add_certificates(Draft& draft, ListenerDraft& listener) {
  add_keys(draft, listener);
  if (listener.requires_certificate) {
    listener.values["tls.require_client_certificate"] = "true";
    if (!listener.ca_file.empty()) listener.values["tls.client_ca"] = listener.ca_file;
  }
  // Without certificates there is no name to take: mosquitto does nothing then, too.
  if (listener.identity.empty() || !(listener.requires_certificate || listener.is_psk)) return;
  listener.values["tls.user"] = toml_text(listener.is_psk ? "psk" : listener.identity);
}

/// What holds when allow_anonymous is not written: nobody, but with no listener at all this machine.
std::string anonymous_of(const Draft& draft, const ListenerDraft& listener, bool is_local_only) {
  const std::string& said = listener.anonymous.empty() ? draft.anonymous : listener.anonymous;
  if (!said.empty()) return said;
  return is_local_only ? "true" : "false";
}

std::vector<ListenerDraft> listeners_of(Draft& draft) {
  std::vector<ListenerDraft> listeners = draft.listeners;
  if (!draft.unnamed.where.empty()) listeners.insert(listeners.begin(), draft.unnamed);
  const bool is_local_only = listeners.empty();
  if (is_local_only) {
    draft.unnamed.host = "127.0.0.1";
    listeners.push_back(draft.unnamed);
  }
  for (ListenerDraft& listener : listeners) {
    add_certificates(draft, listener);
    listener.values["bind"] = toml_text(bind_of(draft, listener));
    listener.values["allow_anonymous"] = anonymous_of(draft, listener, is_local_only);
  }
  return listeners;
}

void write_values(std::string& toml, const Values& values) {
  std::string_view section;
  for (const auto& [key, value] : values) {
    const std::string_view own = std::string_view(key).substr(0, key.find('.'));
    if (own != section) toml += fmt::format("\n[{}]\n", own);
    section = own;
    toml += fmt::format("{} = {}\n", key.substr(own.size() + 1), value);
  }
}

std::string written(Draft& draft) {
  draft.values["broker.data_dir"] = draft.is_kept ? "\"data\"" : "\"\"";
  if (!draft.log_level.empty()) draft.values["broker.log_level"] = toml_text(draft.log_level);
  std::string toml = "# Made of a mosquitto.conf by meshbroker import-mosquitto.\n";
  for (const ListenerDraft& listener : listeners_of(draft)) {
    toml += "\n[[listener]]\n";
    for (const auto& [key, value] : listener.values) toml += fmt::format("{} = {}\n", key, value);
  }
  write_values(toml, draft.values);
  return toml;
}

}  // namespace

std::string toml_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      quoted += fmt::format("\\u{:04x}", byte);
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

Imported convert(const std::vector<Source>& sources) {
  Draft draft;
  for (const Source& source : sources) take_lines(draft, source);
  Imported imported{written(draft), {}, draft.is_refused};
  imported.notes = std::move(draft.notes);
  const auto config = parse_config(imported.toml, "the TOML");
  if (config) return imported;
  imported.is_refused = true;
  for (const Problem& problem : config.error()) imported.notes.push_back(to_text(problem));
  return imported;
}

std::vector<Include> includes(std::string_view text) {
  std::vector<Include> found;
  for_each_line(text, [&](std::size_t number, std::string_view name, std::string_view value) {
    if (name == "include_dir" && !value.empty() && is_text(value))
      found.push_back({std::string(value), number});
  });
  return found;
}

}  // namespace app::mosquitto
