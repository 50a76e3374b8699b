#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A mosquitto.conf with a file of mosquitto_passwd and rules, imported and served: who comes in, who may what.
# usage: import_mosquitto.sh MESHBROKER
set -u
program=$(realpath "$1")
dir=$(mktemp -d)
broker=
trap 'kill "$broker" 2>/dev/null; rm -rf "$dir"' EXIT

fail() {
  echo "FAILED: $1" >&2
  cat "$dir/notes" "$dir/broker.toml" "$dir/log" >&2
  exit 1
}
write_as() {
  timeout 10 mosquitto_pub -p "$port" -i "w-$1" -u "$1" -P "$2" -q 1 -r -t "$3" -m hello >/dev/null 2>&1
}
read_as() {
  timeout 10 mosquitto_sub -p "$port" -i "r-$1" -u "$1" -P "$2" -t "$3" -C 1 -W 2 >"$dir/out" 2>/dev/null
  [ -s "$dir/out" ]
}

: >"$dir/log"
# As mosquitto_passwd 2.0 wrote them: ann has "secret", bob "hidden".
cat >"$dir/users" <<'USERS'
ann:$7$101$b8DPNsPSg742YDls$wUo5jz7GiO44T1OanZzMCSn1BG3xt0RxigedNXTCty/WciMa/EX+dOXWcD/fZn8+PG4hm3caV0dQrAzbRrp/Sw==
bob:$7$101$PkSHB7eYAjo3A4wN$DyfNPgqqvHMj/fLV+/3iSm2WteAPatLKvB2YTX49OYcJ7ye9UJ5dEkWC86OKCNDxysFwlgwAc3O3ii2H+WKVhg==
USERS
printf 'user ann\ntopic readwrite news/#\nuser bob\ntopic read news/public/#\n' >"$dir/rules"
mkdir "$dir/conf.d"
printf 'password_file %s\nacl_file %s\n' "$dir/users" "$dir/rules" >"$dir/conf.d/access.conf"
printf 'listener 18830 127.0.0.1\ninclude_dir %s\nmax_connections 50\nmount_point x/\n' "$dir/conf.d" >"$dir/m.conf"

"$program" import-mosquitto "$dir/m.conf" >"$dir/broker.toml" 2>"$dir/notes" || fail 'exit code of the import'
grep -q "m.conf:4: mount_point" "$dir/notes" || fail 'mount_point is not named with its line'
"$program" check -c "$dir/broker.toml" >"$dir/out" 2>&1 || fail 'check refuses it'

"$program" serve -c "$dir/broker.toml" --set 'listener.0.bind="127.0.0.1:0"' 2>"$dir/log" &
broker=$!
tries=100
until grep -q listening "$dir/log"; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || fail 'it does not listen'
  # A condition of another process: there is nothing to wait on.
  timeout 0.1 tail -f /dev/null
done
port=$(sed -n 's/.*listening address=127.0.0.1:\([0-9]*\).*/\1/p' "$dir/log")

write_as ann secret news/public/a || fail 'ann cannot publish'
read_as bob hidden news/public/a || fail 'bob cannot read'
write_as ann secret news/own || fail 'ann cannot publish'
read_as bob hidden news/own && fail 'bob reads what the rules keep from him'
write_as ann wrong news/public/a && fail 'a wrong password comes in'
timeout 10 mosquitto_pub -p "$port" -q 1 -t news/public/a -m x >/dev/null 2>&1 && fail 'nobody comes in'

"$program" import-mosquitto "$dir/none" >/dev/null 2>"$dir/notes"
[ $? -eq 1 ] || fail 'a missing file is not 1'
grep -qx "cannot read $dir/none: No such file or directory" "$dir/notes" || fail 'does not say why'
"$program" import-mosquitto "$dir" >/dev/null 2>"$dir/notes"
[ $? -eq 1 ] || fail 'a folder is not 1'
printf 'no_such 1\n' >"$dir/m.conf"
"$program" import-mosquitto "$dir/m.conf" >/dev/null 2>&1
[ $? -eq 2 ] || fail 'an unknown option is not 2'
printf 'include_dir %s\n' "$dir/conf.d" >"$dir/conf.d/again.conf"
printf 'include_dir %s\n' "$dir/conf.d" >"$dir/m.conf"
timeout 10 "$program" import-mosquitto "$dir/m.conf" >/dev/null 2>"$dir/notes" || fail 'an include_dir in a circle'
exit 0
