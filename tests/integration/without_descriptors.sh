#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A broker that may open nothing more: a reload is refused and all stays as it was, who is there is served, who knocks
# waits without costing anything; with descriptors again both go on.
# usage: without_descriptors.sh MESHBROKER
set -eu
program=$1
dir=$(mktemp -d)
broker=
reader=
writer=
trap 'kill $broker $reader $writer 2>/dev/null || :; rm -rf "$dir"' EXIT

fail() {
  echo "FAILED: $1" >&2
  cat "$dir/broker.log" >&2
  exit 1
}

# Waits until a file has a line that matches.
await() {
  timeout 30 sh -c 'until grep -q -- "$1" "$2" 2>/dev/null; do :; done' sh "$1" "$2" || fail "no $1 in $2"
}
user() { printf '%s\n' "$2" | "$program" passwd "$dir/users" "$1" >/dev/null || fail "passwd $1"; }
descriptors() { prlimit --pid "$broker" --nofile="$1": || fail 'prlimit'; }
# Hundredths of a second of processor time.
spent() { awk '{ print $14 + $15 }' "/proc/$broker/stat"; }
comes_in() { timeout "$1" mosquitto_pub -p "$port" -i "$3" -u "$2" -P secret -q 1 -t other -m x 2>/dev/null; }

user ann secret
cat >"$dir/broker.toml" <<'TOML'
[broker]
data_dir = ""
workers = 1
[auth]
password_file = "users"
[[listener]]
bind = "127.0.0.1:0"
TOML
"$program" serve -c "$dir/broker.toml" 2>"$dir/broker.log" &
broker=$!
await 'listening' "$dir/broker.log"
port=$(sed -n 's/.*listening address=127\.0\.0\.1:\([0-9]*\).*/\1/p' "$dir/broker.log")
mosquitto_sub -p "$port" -i reader -u ann -P secret -t t >"$dir/heard" 2>&1 &
reader=$!
mkfifo "$dir/words"
mosquitto_pub -p "$port" -i writer -u ann -P secret -q 1 -t t -l <"$dir/words" 2>"$dir/written" &
writer=$!
exec 3>"$dir/words"
await 'client_connected client=reader' "$dir/broker.log"
await 'client_connected client=writer' "$dir/broker.log"
echo first >&3
await first "$dir/heard"

# UBSan asks by a pipe whether memory is there when it first sees an object's type in a place, and without a
# descriptor it takes the answer for no: everything has to have been done once, ticks and a reload.
kill -HUP "$broker"
await ' reloaded ' "$dir/broker.log"
timeout 3 tail -f /dev/null || :

user bob secret
before=$(prlimit --pid "$broker" --nofile --noheadings --output SOFT | tr -d ' ')
descriptors 3
kill -HUP "$broker"
await 'reload_refused .*Too many open files' "$dir/broker.log"
echo second >&3
await second "$dir/heard"
spent_before=$(spent)
! comes_in 3 ann early || fail 'somebody comes in without a descriptor'
spent_now=$(spent)
[ $((spent_now - spent_before)) -lt 50 ] || fail "it spins: $spent_before to $spent_now in 3 s"
await 'accepting_paused' "$dir/broker.log"
[ "$(grep -c accepting_paused "$dir/broker.log")" = 1 ] || fail 'a pause is said more than once'

descriptors "$before"
comes_in 20 ann late || fail 'nobody comes in with descriptors again'
! comes_in 20 bob stranger || fail 'the refused reload has changed something'
kill -HUP "$broker"
await 'reload_changed what="user added" name=bob' "$dir/broker.log"
comes_in 20 bob friend || fail 'the reload is refused for ever'
echo third >&3
await third "$dir/heard"
exec 3>&-
kill "$broker"
wait "$broker" || fail 'exit code'
