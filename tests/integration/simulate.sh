#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `meshbroker simulate` against the real broker, with other people's clients: what it says it sent is what came
# out, and a recording is replayed as it was.
# usage: simulate.sh MESHBROKER
set -eu
program=$1
dir=$(mktemp -d)
pids=
# shellcheck disable=SC2086
trap 'kill $pids 2>/dev/null || :; rm -rf "$dir"' EXIT

fail() {
  echo "FAILED: $1" >&2
  tail -n 40 "$dir"/*.log "$dir"/*.err >&2 || :
  exit 1
}

# Waits until a file has a line that matches.
await() {
  timeout 30 sh -c 'until grep -q "$1" "$2" 2>/dev/null; do :; done' sh "$1" "$2" || fail "no $1 in $2"
}

# Waits until a file has that many lines.
await_lines() {
  timeout 30 sh -c 'until [ "$(wc -l <"$2")" -ge "$1" ]; do :; done' sh "$1" "$2" ||
    fail "$(wc -l <"$2") lines in $2 instead of $1"
}

same() {
  [ "$1" = "$2" ] || fail "$3: '$1' instead of '$2'"
}

cat >"$dir/broker.toml" <<'TOML'
[broker]
data_dir = ""
[[listener]]
bind = "127.0.0.1:0"
[[mesh.channel]]
name = "Hill"
psk = "simple1"
TOML
"$program" serve -c "$dir/broker.toml" 2>"$dir/broker.log" &
pids=$!
await 'listening' "$dir/broker.log"
port=$(sed -n 's/.*listening address=127\.0\.0\.1:\([0-9]*\).*/\1/p' "$dir/broker.log")

subscribe() {
  stdbuf -oL mosquitto_sub -d -p "$port" -i "$1" -t "$2" -F '%t' >"$dir/$1.log" &
  pids="$pids $!"
  await 'Subscribed' "$dir/$1.log"
}
subscribe envelopes 'msh/+/2/e/#'
subscribe maps 'msh/+/2/map/'
"$program" simulate --broker "127.0.0.1:$port" --roots msh --record "$dir/tape" 2>"$dir/record.err" &
recorder=$!
pids="$pids $recorder"
await 'client=meshbroker-record' "$dir/broker.log"
# Its subscription is granted before a message of ours is routed: it comes back to nobody else.
timeout 30 sh -c 'until [ -s "$1" ]; do mosquitto_pub -p "$2" -t msh/hello -m hello; done' sh "$dir/tape" "$port" ||
  fail 'nothing is recorded'

simulate() {
  timeout 60 "$program" simulate --broker "127.0.0.1:$port" --nodes 40 --gateways 4 --minutes 4 --speed 120 \
    --roots msh/EU_868,msh/US --channels LongFast=AQ==,Hill=simple1 --encrypted 0.7
}
simulate >"$dir/sent" 2>"$dir/simulate.err" || fail "simulate ended with $?"
count() { sed -n "s/^  $1: //p" "$dir/simulate.err"; }

sent=$(wc -l <"$dir/sent")
maps=$(grep -c '"kind":"map report"' "$dir/sent")
[ "$sent" -gt 50 ] || fail "only $sent messages in four minutes"
same "$(count published)" "$sent" 'published by the summary'
same "$(count echoes)" "$((sent - maps))" 'echoes'
await_lines "$((sent - maps))" "$dir/envelopes.log"
await_lines "$maps" "$dir/maps.log"
sed -n 's/.*"topic":"\([^"]*\)".*/\1/p' "$dir/sent" | tr -d '\\' | grep -v '/map/' | sort >"$dir/expected"
grep '^msh/' "$dir/envelopes.log" | sort >"$dir/came"
cmp -s "$dir/expected" "$dir/came" || fail 'other topics than those that were sent'
simulate | sed 's/"state".*//' >"$dir/again" 2>"$dir/again.err" || fail "the second run ended with $?"
sed 's/"state".*//' "$dir/sent" | cmp -s - "$dir/again" || fail 'the same seed gave another mesh'

# The recording has both runs; replayed, everything comes once more.
kill -INT "$recorder"
wait "$recorder" || fail "recording ended with $?"
grep ' msh/[^ ]*/2/e/' "$dir/tape" >"$dir/envelopes"
same "$(wc -l <"$dir/envelopes")" "$((2 * (sent - maps)))" 'recorded envelopes'
before=$(grep -c '^msh/' "$dir/envelopes.log")
timeout 60 "$program" simulate --broker "127.0.0.1:$port" --replay "$dir/envelopes" --speed 1000 2>"$dir/replay.err" ||
  fail "replaying ended with $?"
await "replayed: $((2 * (sent - maps))), lines skipped: 0" "$dir/replay.err"
timeout 30 sh -c 'until [ "$(grep -c "^msh/" "$2")" -ge "$1" ]; do :; done' sh \
  "$((before + 2 * (sent - maps)))" "$dir/envelopes.log" || fail 'not everything was replayed'

# Exit codes.
code=0
timeout 30 "$program" simulate --broker 127.0.0.1:1 2>/dev/null >&2 || code=$?
same "$code" 1 'exit code without a broker'
for wrong in '--channels LongFast' '--nodes 0' '--broker :' '--gateways 9 --nodes 3' '--record a --replay b'; do
  code=0
  # shellcheck disable=SC2086
  timeout 30 "$program" simulate $wrong 2>/dev/null >&2 || code=$?
  same "$code" 2 "exit code of $wrong"
done
echo "passed: $sent messages, $maps of them map reports"
