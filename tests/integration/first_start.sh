#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The image's entry point: a user at the first start, and none at the second.
# shellcheck disable=SC2016 # dollars of hashes
# usage: first_start.sh MESHBROKER ENTRYPOINT
set -u
program=$(realpath "$1")
entry=$(realpath "$2")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fail() {
  echo "FAILED: $1" >&2
  cat "$dir"/*.log >&2
  exit 1
}

# `serve` is not run here: what it would be given is.
cat >"$dir/meshbroker" <<PROGRAM
#!/bin/sh
[ "\$1" = serve ] && { echo "serves \$*"; exit 0; }
exec "$program" "\$@"
PROGRAM
chmod +x "$dir/meshbroker"
start() {
  PATH=$dir:$PATH MESHBROKER_AUTH__PASSWORD_FILE=$dir/users "$entry" serve -c x >"$dir/out.log" 2>"$dir/err.log" ||
    fail 'exit code'
  grep -qx 'serves serve -c x' "$dir/out.log" || fail 'it does not serve'
}
start
grep -q '^mesh:\$argon2id' "$dir/users" || fail 'there is no user'
[ "$(stat -c %a "$dir/users")" = 600 ] || fail 'others can read it'
password=$(sed -n 's/.*the password "\([0-9a-f]*\)".*/\1/p' "$dir/err.log")
[ ${#password} -eq 30 ] || fail 'the password is not said'
! grep -q "$password" "$dir/users" || fail 'the password is kept'
cp "$dir/users" "$dir/before"
start
[ ! -s "$dir/err.log" ] || fail 'the second start says something'
cmp -s "$dir/users" "$dir/before" || fail 'the second start changes the users'
PATH=$dir:$PATH "$entry" serve -c x >"$dir/out.log" 2>"$dir/err.log" || fail 'without a users file'
[ ! -s "$dir/err.log" ] || fail 'a user is made where none is wanted'
