// SPDX-License-Identifier: Apache-2.0
#include "mesh/own_node.h"

#include <utility>

#include <proto/mesh.pb.h>

#include "mesh/envelope.h"

namespace mesh {
namespace {

constexpr std::uint32_t private_hardware = 255;  // what is no board of the devices' list
constexpr std::uint32_t client_mute = 1;         // a role that relays nothing

}  // namespace

OwnNode::OwnNode(const DownConfig& config)
    : long_name_(config.long_name),
      short_name_(config.short_name),
      has_key_(!config.node_number && config.is_kept) {
  if (config.node_number) {
    number_ = *config.node_number;
    id_ = node_id(number_);
  }
  while (has_key_ && !keys_) is_new_ = take(make_key_pair());
}

bool OwnNode::take(KeyPair keys) {
  const std::uint32_t number = node_number_of(keys.public_key);
  if (is_reserved(number)) return false;
  number_ = number;
  id_ = node_id(number);
  keys_ = std::move(keys);
  return true;
}

void OwnNode::restore(base::Bytes key) {
  if (!has_key_ || key.size() != pki_key_bytes) return;
  PrivateKey private_key{key.first<pki_key_bytes>()};
  const PublicKey public_key = public_key_of(private_key);
  if (take({std::move(private_key), public_key})) is_new_ = false;
}

void OwnNode::on_tick(plugin::Host& host) {
  if (std::exchange(is_new_, false)) host.keep(kept_name, keys_->private_key.bytes());
}

std::string OwnNode::user() const {
  proto::User user;
  user.set_id(id_);
  user.set_long_name(long_name_);
  user.set_short_name(short_name_);
  user.set_hw_model(private_hardware);
  user.set_role(client_mute);
  user.set_is_unmessagable(true);  // nobody sits there who would read or acknowledge it
  if (keys_) user.set_public_key(keys_->public_key.bytes.data(), keys_->public_key.bytes.size());
  return user.SerializeAsString();
}

}  // namespace mesh
