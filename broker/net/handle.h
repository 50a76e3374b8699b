// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include <uv.h>

namespace net {

/// libuv's one lifetime rule, solved once: memory of a handle may go only in its close callback. Everywhere
/// else a handle is an owned pointer.
struct CloseHandle {
  template <class Handle>
  void operator()(Handle* handle) const {
    handle->data = nullptr;  // callbacks already under way find no owner
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete reinterpret_cast<Handle*>(closed); });
  }
};

template <class Handle>
using HandlePtr = std::unique_ptr<Handle, CloseHandle>;

}  // namespace net
