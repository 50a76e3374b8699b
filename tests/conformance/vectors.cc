// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/vectors.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

#include "tests/conformance/packets.h"

namespace conformance {
namespace {

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

/// Takes the first word off `text`.
std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const std::string_view word = text.substr(0, text.find(' '));
  text = trimmed(text.substr(word.size()));
  return word;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// A line of a case as it stands in the file.
struct Line {
  std::string text;
  std::size_t number = 0;
};

/// A case before its alternatives are put in.
struct Block {
  Line header;
  std::vector<std::string> variables;
  std::vector<std::vector<std::string>> alternatives;  // one value for each variable
  std::vector<Line> steps;
};

class VectorParser {
 public:
  VectorParser(std::string_view text, const std::string& file) : rest_(text), file_(file) {}

  base::Expected<std::vector<Case>, std::string> parse() {
    while (!rest_.empty() && fault_.empty()) take_line();
    end_block();
    if (!fault_.empty()) return base::make_unexpected(fault_);
    return std::move(cases_);
  }

 private:
  void take_line() {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    std::string_view line = trimmed(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++number_;
    if (line.empty() || line.starts_with('#')) return;
    const std::string whole(line);
    const std::string_view word = take_word(line);
    if (word == "case") {
      end_block();
      block_ =
          Block{.header = {std::string(line), number_}, .variables = {}, .alternatives = {}, .steps = {}};
    } else if (!block_) {
      fail(number_, "a step before the first case");
    } else if (word == "with") {
      take_alternatives(line);
    } else {
      block_->steps.push_back({whole, number_});
    }
  }

  /// `with A B: 1 2 | 3 4`.
  void take_alternatives(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return fail(number_, "with NAME: VALUE | VALUE");
    if (!block_->variables.empty()) return fail(number_, "a second `with`; one may have several names");
    for (const std::string& name : split(trimmed(line.substr(0, colon)), ' ')) {
      if (!name.empty()) block_->variables.push_back(name);
    }
    const std::size_t count = block_->variables.size();
    for (const std::string& alternative : split(line.substr(colon + 1), '|')) {
      block_->alternatives.push_back(count == 1 ? std::vector{alternative} : split(alternative, ' '));
      if (block_->alternatives.back().size() != count)
        return fail(number_, "not one value a name: " + alternative);
    }
  }

  void end_block() {
    if (!block_ || !fault_.empty()) return;
    const Block block = *std::exchange(block_, std::nullopt);
    const Case header = parse_header(block.header);
    if (block.steps.empty()) return fail(block.header.number, "a case without a step");
    if (block.variables.empty()) return add_case(header, block, {});
    for (const std::string& name : block.variables) {
      const auto uses = [&name](const Line& line) { return line.text.find("@" + name) != std::string::npos; };
      if (std::ranges::none_of(block.steps, uses)) return fail(block.header.number, "no step uses @" + name);
    }
    for (const auto& values : block.alternatives) add_case(header, block, values);
  }

  /// `NAME [CLAUSE] … @core`.
  Case parse_header(const Line& header) {
    Case made;
    made.file = file_;
    made.line = header.number;
    const std::string_view text = header.text;
    const std::size_t clauses = std::min(text.find('['), text.size());
    made.name = trimmed(text.substr(0, clauses));
    std::string_view rest = text.substr(clauses);
    while (rest.starts_with('[')) {
      const std::size_t end = rest.find(']');
      if (end == std::string_view::npos) break;
      made.clauses.emplace_back(rest.substr(1, end - 1));
      rest = trimmed(rest.substr(end + 1));
    }
    if (rest == "@core") made.players = Players::core_only;
    if (rest == "@tcp") made.players = Players::tcp_only;
    const bool is_understood = rest.empty() || made.players != Players::all;
    if (!is_understood) fail(header.number, "not understood: " + std::string(rest));
    if (made.name.empty()) fail(header.number, "a case without a name");
    if (made.clauses.empty()) fail(header.number, "a case without a clause");
    return made;
  }

  void add_case(Case made, const Block& block, const std::vector<std::string>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      made.name += (i == 0 ? " (" : ", ") + block.variables[i] + " = " + values[i];
    }
    if (!values.empty()) made.name += ")";
    for (const Line& line : block.steps) {
      add_step(made, {with_values(line, block.variables, values), line.number});
    }
    if (fault_.empty()) cases_.push_back(std::move(made));
  }

  /// `@NAME` is the variable's value.
  std::string with_values(const Line& line, const std::vector<std::string>& variables,
                          const std::vector<std::string>& values) {
    std::string text;
    for (std::size_t at = 0; at < line.text.size();) {
      if (line.text[at] != '@') {
        text += line.text[at++];
        continue;
      }
      const auto is_name = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
      const auto begin = line.text.begin() + static_cast<std::ptrdiff_t>(at) + 1;
      const std::string name(begin, std::find_if_not(begin, line.text.end(), is_name));
      const auto found = std::ranges::find(variables, name);
      if (found == variables.end()) {
        fail(line.number, "no `with` says what @" + name + " is");
        return {};
      }
      text += values[static_cast<std::size_t>(found - variables.begin())];
      at += 1 + name.size();
    }
    return text;
  }

  void add_step(Case& made, const Line& line) {
    if (!fault_.empty()) return;
    std::string_view rest = line.text;
    const std::string client(take_word(rest));
    if (client == "wait") return add_wait(made, line, rest);
    const std::string_view verb = take_word(rest);
    Step step{.client = client, .bytes = {}, .line = line.number};
    if (verb == ">" || verb == "<") {
      step.action = verb == ">" ? Action::send : Action::expect;
      return add_bytes(made, step, rest);
    }
    if (verb == "connects") return add_exchange(made, step, "CONNECT " + std::string(rest), "CONNACK");
    if (verb == "subscribes") return add_subscribe(made, step, rest);
    if (!rest.empty()) return fail(line.number, "too much: " + std::string(rest));
    if (verb == "silent" || verb == "closes" || verb == "drops") {
      step.action = verb == "silent" ? Action::silent : verb == "closes" ? Action::closes : Action::drops;
      return add(made, step);
    }
    fail(line.number, "not understood: " + line.text);
  }

  void add(Case& made, Step step) { made.steps.push_back(std::move(step)); }

  void add_bytes(Case& made, Step step, std::string_view packets) {
    auto bytes = parse_packets(packets, step.client);
    if (!bytes) return fail(step.line, bytes.error());
    step.bytes = std::move(*bytes);
    add(made, std::move(step));
  }

  void add_exchange(Case& made, Step step, std::string_view sent, std::string_view answer) {
    step.action = Action::send;
    add_bytes(made, step, sent);
    step.action = Action::expect;
    add_bytes(made, step, answer);
  }

  /// `FILTER:QOS …`, with packet id 1 and all of them granted.
  void add_subscribe(Case& made, const Step& step, std::string_view entries) {
    std::string answer = "SUBACK 1";
    for (std::string_view rest = entries; !rest.empty();) {
      const std::string_view entry = take_word(rest);
      answer += " 0" + std::string(entry.substr(entry.size() - 1));
    }
    add_exchange(made, step, "SUBSCRIBE 1 " + std::string(entries), answer);
  }

  /// `MILLISECONDS ms`.
  void add_wait(Case& made, const Line& line, std::string_view rest) {
    const std::string_view number = take_word(rest);
    std::int64_t milliseconds = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), milliseconds);
    const bool is_number = error == std::errc() && end == number.data() + number.size();
    if (!is_number || rest != "ms") return fail(line.number, "wait MILLISECONDS ms");
    if (made.players != Players::core_only) return fail(line.number, "only a @core case can wait");
    add(made, {.action = Action::waits,
               .client = {},
               .bytes = {},
               .duration = base::Duration(milliseconds),
               .line = line.number});
  }

  void fail(std::size_t line, const std::string& what) {
    if (fault_.empty()) fault_ = file_ + ":" + std::to_string(line) + ": " + what;
  }

  std::string_view rest_;
  const std::string& file_;
  std::size_t number_ = 0;
  std::optional<Block> block_;
  std::vector<Case> cases_;
  std::string fault_;
};

}  // namespace

base::Expected<std::vector<Case>, std::string> parse_vectors(std::string_view text, const std::string& file) {
  return VectorParser(text, file).parse();
}

}  // namespace conformance
