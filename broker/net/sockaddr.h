// SPDX-License-Identifier: Apache-2.0
// The operating system's form of an address; inside net only.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include "broker/net/address.h"

namespace net {

Address from_sockaddr(const sockaddr& raw);
sockaddr_storage to_sockaddr(const Address& address);

template <class Specific>
const sockaddr& as_sockaddr(const Specific& specific) {
  return reinterpret_cast<const sockaddr&>(specific);
}

}  // namespace net
