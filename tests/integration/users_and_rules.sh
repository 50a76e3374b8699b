#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Users, rules and SIGHUP with the real program and mosquitto's clients.
# usage: users_and_rules.sh MESHBROKER
set -u
program=$(realpath "$1")
dir=$(mktemp -d)
port=
trap 'kill "$broker" 2>/dev/null; rm -rf "$dir"' EXIT
broker=

fail() {
  echo "FAILED: $1" >&2
  tail -30 "$dir/log" >&2
  exit 1
}

# until WHAT COMMAND…: waits for it, ten seconds at most.
until_true() {
  what=$1
  shift
  tries=100
  while ! "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || fail "$what"
    # A condition of another process: there is nothing to wait on.
    timeout 0.1 tail -f /dev/null
  done
}
logged() { grep -q -- "$1" "$dir/log"; }
user() { printf '%s\n' "$2" | "$program" passwd "$dir/users" "$1" || fail "passwd $1"; }
# Reads one retained message into $dir/out, or has none. (mosquitto_sub ends with 0 when it is refused.)
read_as() {
  timeout 10 mosquitto_sub -p "$port" -i "reader-$1" -u "$1" -P "$2" -t "$3" -C 1 -W 2 >"$dir/out" 2>/dev/null
  [ -s "$dir/out" ]
}
write_as() { timeout 10 mosquitto_pub -p "$port" -i "writer-$1" -u "$1" -P "$2" -q 1 -r -t "$3" -m "$4" >"$dir/out" 2>&1; }
hang_up() {
  before=$(grep -c -e ' reloaded ' -e ' reload_refused ' "$dir/log")
  kill -HUP "$broker"
  until_true 'no answer to SIGHUP' reloaded_since "$before"
}
reloaded_since() { [ "$(grep -c -e ' reloaded ' -e ' reload_refused ' "$dir/log")" -gt "$1" ]; }

user ann secret
user bob hidden
cat >"$dir/rules" <<'RULES'
user ann
topic readwrite news/#
user bob
topic read news/#
RULES
cat >"$dir/broker.toml" <<CONFIG
[broker]
data_dir = ""
[[listener]]
bind = "127.0.0.1:0"
allow_anonymous = false
[auth]
password_file = "users"
acl_file = "rules"
CONFIG
"$program" check -c "$dir/broker.toml" >"$dir/out" 2>&1 || fail 'check refuses it'
(cd / && exec "$program" serve -c "$dir/broker.toml") 2>"$dir/log" &
broker=$!
until_true 'it does not listen' logged listening
port=$(sed -n 's/.*listening address=127.0.0.1:\([0-9]*\).*/\1/p' "$dir/log")

write_as ann secret news/a hello || fail 'ann cannot publish'
read_as bob hidden news/a || fail 'bob cannot read'
[ "$(cat "$dir/out")" = hello ] || fail 'bob reads something else'
write_as bob hidden news/b no || fail 'a refused publish is not acknowledged'
! read_as ann secret news/b || fail 'bob could publish'
! read_as ann wrong news/a || fail 'a wrong password lets in'
! timeout 10 mosquitto_sub -p "$port" -t news/a -C 1 -W 2 >"$dir/out" 2>&1 || fail 'nobody lets in'
! read_as bob hidden other || fail 'bob reads what no rule grants'

# A bad file: everything as before (F8).
cp "$dir/users" "$dir/good"
echo 'eve:plain' >>"$dir/users"
printf '[limits]\n' >>"$dir/broker.toml"
hang_up
logged 'reload_refused .*users:3' || fail 'the bad line is not named'
read_as bob hidden news/a || fail 'bob is gone after a refused reload'
cp "$dir/good" "$dir/users"

# Users and rules that change, and a setting that cannot.
"$program" passwd -D "$dir/users" bob || fail 'passwd -D'
user eve third
printf 'user eve\ntopic read news/#\n' >>"$dir/rules"
printf 'inflight = 7\n' >>"$dir/broker.toml"
hang_up
logged 'reload_changed what="user removed" name=bob' || fail 'bob is not in the difference'
logged 'reload_changed what="user added" name=eve' || fail 'eve is not in the difference'
logged 'reload_changed what="rule added" name="eve: topic read news/#"' || fail 'the rule is not in the difference'
logged 'reload_needs_restart name=limits.inflight' || fail 'limits.inflight is not named'
! read_as bob hidden news/a || fail 'bob is still there'
read_as eve third news/a || fail 'eve cannot read'
! grep -q -e secret -e hidden -e third "$dir/log" || fail 'a password is in the log (F24)'

kill "$broker"
wait "$broker" || fail 'exit code'
