#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# broker.log_file as an operator and logrotate see it.
# usage: log_file.sh MESHBROKER
set -u
program=$1
dir=$(mktemp -d)
broker=
trap '[ -z "$broker" ] || kill "$broker" 2>/dev/null; rm -rf "$dir"' EXIT

fail() {
  echo "FAILED: $1" >&2
  tail -n 50 "$dir"/*.log* "$dir/err" >&2
  exit 1
}

await() { # await TEXT FILE
  timeout 30 sh -c 'until grep -q "$1" "$2" 2>/dev/null; do :; done' sh "$1" "$2" || fail "$2 does not say: $1"
}

configure() { # configure LOG_FILE
  printf '[broker]\ndata_dir = ""\nlog_file = "%s"\n[[listener]]\nbind = "127.0.0.1:0"\n' "$1" >"$dir/broker.toml"
}

# A path is relative to the configuration.
configure broker.log
(cd / && exec "$program" -c "$dir/broker.toml") 2>"$dir/err" &
broker=$!
await 'info  listening' "$dir/broker.log"
port=$(sed -n 's/.*listening.*127.0.0.1:\([0-9]*\) .*/\1/p' "$dir/broker.log")
[ "$(stat -c %a "$dir/broker.log")" = 640 ] || fail 'others may read the log'
[ ! -s "$dir/err" ] || fail 'standard error has lines as well'

# Renamed it is still written to, until SIGHUP.
mv "$dir/broker.log" "$dir/broker.log.1"
mosquitto_pub -p "$port" -i before -t t -m x || fail 'no broker'
await 'client_disconnected client=before' "$dir/broker.log.1"
[ ! -e "$dir/broker.log" ] || fail 'a new file without SIGHUP'
kill -HUP "$broker"
await 'info  reloaded changes=0' "$dir/broker.log"
mosquitto_pub -p "$port" -i after -t t -m x || fail 'no broker after SIGHUP'
await 'client_disconnected client=after' "$dir/broker.log"
! grep -q 'client=after' "$dir/broker.log.1" || fail 'the old file is written to'

# A name that cannot be opened loses nothing, and is said where somebody looks.
mv "$dir/broker.log" "$dir/broker.log.2"
mkdir "$dir/broker.log"
kill -HUP "$broker"
await 'error log_file_not_reopened why="cannot open the log file .*: Is a directory"' "$dir/broker.log.2"
await 'log_file_not_reopened' "$dir/err"
timeout 30 sh -c 'until [ "$(grep -c "info  reloaded changes=0" "$1")" = 2 ]; do :; done' sh "$dir/broker.log.2" ||
  fail 'a log that cannot be opened holds back a reload'
kill "$broker"
wait "$broker" || fail 'no clean end'
broker=
grep -q 'info  stopped' "$dir/broker.log.2" || fail 'the end is not logged'

# Not opened at start: named, and no broker.
timeout 30 "$program" -c "$dir/broker.toml" 2>"$dir/err"
[ $? -eq 1 ] || fail 'starts without its log'
grep -q "cannot open the log file $dir/broker.log: Is a directory" "$dir/err" || fail 'does not say why'

# What keeps it from starting is in both.
configure start.log
mkdir "$dir/users"
printf '[auth]\npassword_file = "users"\n' >>"$dir/broker.toml"
timeout 30 "$program" -c "$dir/broker.toml" 2>"$dir/err" && fail 'starts without its users'
grep -q 'error start_failed' "$dir/err" || fail 'standard error does not say why it does not start'
grep -q 'error start_failed' "$dir/start.log" || fail 'the log does not say why it does not start'
