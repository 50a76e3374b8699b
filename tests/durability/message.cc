// SPDX-License-Identifier: Apache-2.0
#include "tests/durability/message.h"

namespace durability {
namespace {

void put_number(std::uint32_t number, std::string& out) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out.push_back(static_cast<char>(number >> shift & 0xffU));
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (const char byte : bytes.substr(at, 4)) number = number << 8U | static_cast<std::uint8_t>(byte);
  return number;
}

}  // namespace

std::string payload_of(const Publication& publication) {
  std::string payload;
  if (publication.bytes == 0) return payload;
  put_number(publication.name.publisher, payload);
  put_number(publication.name.sequence, payload);
  std::uint32_t state = publication.name.publisher * 2654435761U + publication.name.sequence * 40503U + 1;
  while (payload.size() < publication.bytes) {
    state = state * 1664525U + 1013904223U;
    payload.push_back(static_cast<char>(state >> 24U));
  }
  return payload;
}

std::optional<MessageName> name_in(std::string_view payload) {
  if (payload.size() < smallest_payload) return std::nullopt;
  return MessageName{number_at(payload, 0), number_at(payload, 4)};
}

std::string text_of(MessageName name) {
  return "publisher " + std::to_string(name.publisher) + ", message " + std::to_string(name.sequence);
}

}  // namespace durability
