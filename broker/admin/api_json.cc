// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/api_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>

#include "broker/admin/routes.h"

namespace admin {
namespace {

/// RapidJSON's writer with keys and values in one call. What is no UTF-8, as names of old clients may be, is
/// replaced: the library would write it as it is.
class Json {
 public:
  Json() : writer_(buffer_) {}

  Json& open() { return writer_.StartObject(), *this; }
  Json& open(std::string_view key) { return name(key), open(); }
  Json& close() { return writer_.EndObject(), *this; }
  Json& open_list(std::string_view key) { return name(key), writer_.StartArray(), *this; }
  Json& close_list() { return writer_.EndArray(), *this; }
  Json& text(std::string_view key, std::string_view value) { return name(key), text(value); }
  Json& text(std::string_view value) {
    if (simdjson::validate_utf8(value.data(), value.size())) return put(value);
    std::string ascii(value);
    for (char& c : ascii) {
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
    return put(ascii);
  }
  Json& number(std::string_view key, std::uint64_t value) { return name(key), writer_.Uint64(value), *this; }
  Json& seconds(std::string_view key, base::Duration value) {
    return name(key), writer_.Int64(value.count() / 1000), *this;
  }
  Json& truth(std::string_view key, bool value) { return name(key), writer_.Bool(value), *this; }
  std::string take() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  void name(std::string_view key) { writer_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size())); }
  Json& put(std::string_view value) {
    writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    return *this;
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

void write_counts(std::string_view key, const std::vector<base::Count>& counts, Json& json) {
  json.open(key);
  for (const base::Count& count : counts) json.number(count.name, count.value);
  json.close();
}

void write_client(const core::SessionFacts& client, Json& json) {
  json.open().text("id", client.client_id).text("user", client.user).text("address", client.address);
  json.truth("connected", client.is_connected).truth("lasting", client.is_lasting);
  if (!client.version.empty()) json.text("version", client.version);
  json.seconds(client.is_connected ? "connected_seconds" : "absent_seconds", client.lasted);
  json.number("subscriptions", client.subscriptions);
  json.number("queued_messages", client.queued_messages).number("queued_bytes", client.queued_bytes);
  json.number("inflight", client.inflight).number("backlog_bytes", client.backlog_bytes);
  if (!client.last_close.reason.empty()) {
    json.open("last_close").text("reason", client.last_close.reason);
    json.seconds("seconds_ago", client.last_close.since).close();
  }
  json.number("messages_received", client.messages_received).number("messages_sent", client.messages_sent);
  json.close();
}

constexpr std::pair<std::string_view, std::uint64_t WorkerCounts::*> sums[] = {
    {"connections", &WorkerCounts::connections},
    {"sessions", &WorkerCounts::sessions},
    {"subscriptions", &WorkerCounts::subscriptions},
    {"sockets_accepted", &WorkerCounts::sockets_accepted},
    {"bytes_received", &WorkerCounts::bytes_received},
    {"bytes_sent", &WorkerCounts::bytes_sent},
    {"packets_received", &WorkerCounts::packets_received},
    {"packets_sent", &WorkerCounts::packets_sent},
};

}  // namespace

std::string error_json(std::string_view error, std::string_view hint) {
  return Json().open().text("error", error).text("hint", hint).close().take();
}

std::string done_json(std::string_view what) { return Json().open().truth(what, true).close().take(); }

std::string readiness_json(const std::vector<std::string>& reasons) {
  Json json;
  json.open().text("status", reasons.empty() ? "ready" : "not ready").open_list("reasons");
  for (const std::string& reason : reasons) json.text(reason);
  return json.close_list().close().take();
}

std::string routes_json() {
  Json json;
  json.open().open_list("routes");
  for (const RouteRow& row : routes())
    json.open().text("method", row.method).text("path", row.path).text("help", row.help).close();
  return json.close_list().close().take();
}

std::string stats_json(const BrokerCounts& counts) {
  Json json;
  json.open().text("version", counts.version).seconds("uptime_seconds", counts.uptime);
  json.number("workers", counts.workers.size());
  for (const auto& [name, of] : sums) json.number(name, counts.sum(of));
  json.number("retained_messages", counts.workers.front().retained_messages);
  json.number("retained_bytes", counts.workers.front().retained_bytes);
  write_counts("broker", counts.sums(&WorkerCounts::core), json);
  write_counts("closed", counts.sums(&WorkerCounts::closed), json);
  if (counts.has_store) write_counts("store", counts.store, json);
  write_counts("logins", counts.logins, json);
  json.open_list("listeners");
  for (const ListenerCounts& listener : counts.listeners)
    json.open()
        .text("address", listener.place)
        .text("protocol", listener.protocol)
        .number("connections", listener.open)
        .number("accepted", listener.accepted)
        .close();
  json.close_list();
  for (const PluginCounts& plugin : counts.plugins) write_counts(plugin.name, plugin.counts, json);
  return json.close().take();
}

std::string client_json(const core::SessionFacts& client) {
  Json json;
  write_client(client, json);
  return json.take();
}

std::string clients_json(const std::vector<core::SessionFacts>& clients, std::string_view next) {
  Json json;
  json.open().open_list("clients");
  for (const core::SessionFacts& client : clients) write_client(client, json);
  json.close_list();
  if (!next.empty()) json.text("next", next);
  return json.close().take();
}

std::string bans_json(const std::vector<Ban>& bans) {
  Json json;
  json.open().open_list("bans");
  for (const Ban& ban : bans)
    json.open()
        .text("whom", ban.whom)
        .number("failures", ban.failures)
        .text("is", ban.is_ban ? "ban" : "back-off")
        .seconds("seconds_left", ban.left)
        .close();
  return json.close_list().close().take();
}

std::string lists_json(const std::vector<std::pair<std::string_view, std::vector<std::string>>>& lists) {
  Json json;
  json.open();
  for (const auto& [name, texts] : lists) {
    json.open_list(name);
    for (const std::string& text : texts) json.text(text);
    json.close_list();
  }
  return json.close().take();
}

std::optional<Credentials> read_credentials(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  std::string_view user, password;
  if (parser.parse(json.data(), json.size()).get(object) != simdjson::SUCCESS ||
      object["user"].get(user) != simdjson::SUCCESS || object["password"].get(password) != simdjson::SUCCESS)
    return std::nullopt;
  return Credentials{std::string(user), std::string(password)};
}

}  // namespace admin
