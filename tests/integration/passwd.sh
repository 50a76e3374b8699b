#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The command passwd: what it does to a users file, with and without mosquitto_passwd's lines in it.
# shellcheck disable=SC2016 # dollars of hashes
# usage: passwd.sh MESHBROKER
set -u
program=$1
dir=$(mktemp -d)
file=$dir/users
trap 'rm -rf "$dir"' EXIT

fail() {
  echo "FAILED: $1" >&2
  cat "$dir/out" "$file" >&2
  exit 1
}

# expect CODE PASSWORD ARGS…: runs passwd with PASSWORD as the line on standard input.
expect() {
  want=$1
  line=$2
  shift 2
  printf '%s' "$line" | timeout 60 "$program" passwd "$@" >"$dir/out" 2>&1
  got=$?
  [ "$got" -eq "$want" ] || fail "exit code $got instead of $want: $*"
  ! grep -q "secret" "$dir/out" || fail "shows the password: $*"
}

said() { grep -q -- "$1" "$dir/out" || fail "does not say: $1"; }
has() { grep -q -- "$1" "$file" || fail "the file lacks: $1"; }

expect 0 'secret
' "$file" ann
has '^ann:\$argon2id\$v=19\$m=19456,t=2,p=1\$'
[ "$(stat -c %a "$file")" = 600 ] || fail 'a new file is not 0600'
! grep -q secret "$file" || fail 'the password is in the file'

# Wrong usage changes nothing.
cp "$file" "$dir/before"
expect 2 '' "$file" ann
said 'empty'
expect 2 secret "$file" 'a:b'
expect 2 secret "$file" ''
expect 2 secret "$file" '#a'
expect 2 secret "$file"
expect 2 secret
expect 2 secret -b "$file" ann other
cmp -s "$file" "$dir/before" || fail 'wrong usage changed the file'

# Others' lines, comments, line ends, mode and owner stay.
cat >"$file" <<'LINES'
# made by mosquitto_passwd
mia:$7$101$YH0+9K7jRofTzbRm$+31pVBNvlP8JKpAR6etksF7gucv+mm8GfSx1DsVOGACdnHzxJX7Qf1ysYuYDHf2gnVNPHeRKMWy/BtvawLaL3A==

ann:$6$aOY/AAJPjImSFwBt$rRSARM98IcPLczN6L/YSVUg2aGlL7Kdd1o98TdHOhVYYLC4nWfBkCj8C36+M0wnfZrRXiJnU7zqiO8hA3aNWNw==
# the end
LINES
chmod 640 "$file"
grep -v '^ann:' "$file" >"$dir/others"
inode=$(stat -c %i "$file")
expect 0 secret "$file" ann
[ "$(stat -c %a "$file")" = 640 ] || fail 'the mode changed'
[ "$(stat -c %i "$file")" != "$inode" ] || fail 'the file was written in place'
grep -v '^ann:' "$file" | cmp -s - "$dir/others" || fail 'other lines changed'
[ "$(sed -n 4p "$file" | cut -c1-13)" = 'ann:$argon2id' ] || fail 'not in its line'
expect 0 secret "$file" bob
[ "$(grep -c . "$file")" -eq 5 ] || fail 'bob is not added'
expect 0 '' -D "$file" ann
! grep -q '^ann:' "$file" || fail 'ann is still there'
has '^mia:'
expect 1 '' -D "$file" ann
said 'has no user ann'
expect 1 '' -D "$dir/missing" ann
[ ! -e "$dir/missing" ] || fail 'removing made a file'

# A link stays one; what is no file, or cannot be written, is said.
ln -s users "$dir/link"
expect 0 secret "$dir/link" eve
[ -L "$dir/link" ] || fail 'the link was replaced'
has '^eve:'
expect 1 secret "$dir" ann
expect 1 secret "$dir/no/users" ann
ln -s nowhere/users "$dir/dangling"
expect 1 secret "$dir/dangling" ann
[ -z "$(find "$dir" -name '.users.*')" ] || fail 'a temporary file is left'

# A line the broker will refuse is named, and not touched.
echo 'plain:text' >>"$file"
expect 0 secret "$file" ann
said "$file:[0-9]*: no hash"
has '^plain:text$'

# Many at once: nobody's change is lost.
: >"$file"
for user in 1 2 3 4 5 6; do
  printf secret | timeout 60 "$program" passwd "$file" "user$user" &
done
wait
[ "$(grep -c '^user[1-6]:' "$file")" -eq 6 ] || fail 'a change was lost'

if command -v mosquitto_passwd >/dev/null; then
  mosquitto_passwd -b "$file" mosquitto secret || fail 'mosquitto_passwd does not take the file'
  expect 0 secret "$file" ann
  ! grep -q note "$dir/out" || fail 'a line of mosquitto_passwd is not understood'
fi

echo 'passwd keeps what it promises'
