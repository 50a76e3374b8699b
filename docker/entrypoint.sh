#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The image's entry point. Where a users file is wanted and there is none yet, it makes one with a single user, whose
# password is made here, printed once, and kept as a hash.
set -eu
users=${MESHBROKER_AUTH__PASSWORD_FILE:-}
user=${FIRST_USER:-mesh}
if [ "${1:-}" = serve ] && [ -n "$users" ] && [ ! -e "$users" ]; then
  password=$(od -An -N15 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s\n' "$password" | meshbroker passwd "$users" "$user"
  cat >&2 <<SAID
meshbroker: the first user is "$user", the password "$password". This is said only now.
meshbroker: another password, or another user: meshbroker passwd $users NAME, then SIGHUP
SAID
fi
exec meshbroker "$@"
