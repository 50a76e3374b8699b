// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/packets.h"

namespace hostile {

Bytes header(std::uint8_t first, std::size_t length) {
  Bytes out = {first};
  for (; length > 0x7f; length >>= 7U) out.push_back(static_cast<std::uint8_t>(0x80U | (length & 0x7fU)));
  out.push_back(static_cast<std::uint8_t>(length));
  return out;
}

Bytes frame(std::uint8_t first, const Bytes& body) {
  Bytes out = header(first, body.size());
  add(out, body);
  return out;
}

void add(Bytes& out, const Bytes& more) { out.insert(out.end(), more.begin(), more.end()); }

void add_number(Bytes& out, std::uint16_t number) {
  out.push_back(static_cast<std::uint8_t>(number >> 8U));
  out.push_back(static_cast<std::uint8_t>(number & 0xffU));
}

void add_text(Bytes& out, std::string_view text) {
  add_number(out, static_cast<std::uint16_t>(text.size()));
  out.insert(out.end(), text.begin(), text.end());
}

Bytes connect(std::string_view client_id, const ConnectWords& words) {
  Bytes body;
  add_text(body, "MQTT");
  body.push_back(4);
  body.push_back(words.flags);
  add_number(body, words.keepalive_s);
  add_text(body, client_id);
  for (const std::string& field : words.fields) add_text(body, field);
  return frame(packet_type::connect, body);
}

Bytes publish(std::string_view topic, std::string_view payload, const PublishWords& words) {
  Bytes body;
  add_text(body, topic);
  if (words.qos != 0) add_number(body, words.id);
  body.insert(body.end(), payload.begin(), payload.end());
  const unsigned flags = (words.dup ? 8U : 0U) | words.qos * 2U | (words.retain ? 1U : 0U);
  return frame(static_cast<std::uint8_t>(packet_type::publish | flags), body);
}

Bytes subscribe(std::uint16_t id, const std::vector<std::string>& filters, std::uint8_t qos) {
  Bytes body;
  add_number(body, id);
  for (const std::string& filter : filters) {
    add_text(body, filter);
    body.push_back(qos);
  }
  return frame(packet_type::subscribe, body);
}

Bytes unsubscribe(std::uint16_t id, const std::vector<std::string>& filters) {
  Bytes body;
  add_number(body, id);
  for (const std::string& filter : filters) add_text(body, filter);
  return frame(packet_type::unsubscribe, body);
}

Bytes ack(std::uint8_t first, std::uint16_t id) {
  Bytes body;
  add_number(body, id);
  return frame(first, body);
}

Bytes pingreq() { return frame(packet_type::pingreq, {}); }

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace hostile
