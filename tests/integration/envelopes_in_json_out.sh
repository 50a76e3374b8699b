#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The main job with other people's clients: mosquitto_pub sends what gateways send, mosquitto_sub reads the JSON.
# usage: envelopes_in_json_out.sh MESHBROKER
set -eu
program=$1
dir=$(mktemp -d)
broker=
trap 'kill $broker 2>/dev/null || :; rm -rf "$dir"' EXIT

fail() {
  echo "FAILED: $1" >&2
  cat "$dir"/broker.log >&2
  exit 1
}

# Waits until a file has a line that matches.
await() {
  timeout 30 sh -c 'until grep -q "$1" "$2" 2>/dev/null; do :; done' sh "$1" "$2" || fail "no $1 in $2"
}

start() {
  rm -f "$dir/broker.log"
  "$program" serve -c "$dir/broker.toml" "$@" 2>"$dir/broker.log" &
  broker=$!
  await 'listening' "$dir/broker.log"
  port=$(sed -n 's/.*listening address=127\.0\.0\.1:\([0-9]*\).*/\1/p' "$dir/broker.log")
}

stop() {
  kill "$broker"
  wait "$broker" || fail "exit code $? on SIGTERM"
}

cat >"$dir/broker.toml" <<'TOML'
[[listener]]
bind = "127.0.0.1:0"
[[mesh.channel]]
name = "LongFast"
psk = "AQ=="
TOML

# The known-answer case of the AES-CTR vectors as three gateways would send it: the envelope's last field is the
# gateway's id, everything else is the same packet.
packet='0a3d0d4433221115ffffffff18082a0b4b3774313770ad7a82788b35f0debc9a3d0066ee5f450000c840480360abffffffffffffffff017803980144a8010112084c6f6e67466173741a09'
for gateway in aabbccd1 aabbccd2 aabbccd3; do
  id=$(printf '!%s' "$gateway" | od -An -tx1 | tr -d ' \n')
  printf '%s%s' "$packet" "$id" | sed 's/\(..\)/\\x\1/g' >"$dir/escaped"
  # shellcheck disable=SC2059
  env printf "$(cat "$dir/escaped")" >"$dir/$gateway"
done

json() {
  printf '{"channel":0,"from":287454020,"hop_start":3,"hops_away":0,"id":2596069104,"payload":{"text":"Hello"},"rssi":-85,"sender":"!%s","snr":6.25,"timestamp":1609459200,"to":4294967295,"type":"text"}' "$1"
}

# At QoS 1, one after the other: only who waits for an acknowledgement is ordered before somebody else.
publish_all() {
  for gateway in aabbccd1 aabbccd2 aabbccd3; do
    mosquitto_pub -p "$port" -q 1 -i "!$gateway" -t "msh/EU_868/2/e/LongFast/!$gateway" -f "$dir/$gateway"
  done
  # Ordered behind them for every subscriber: what is not there by then does not come.
  mosquitto_pub -p "$port" -q 1 -t end -m end
}

subscribe() {
  : >"$dir/json.out"
  mosquitto_sub -p "$port" -t 'msh/+/2/json/#' -t end -v >"$dir/json.out" &
  listener=$!
  mosquitto_sub -p "$port" -t 'msh/#' -t end -F '%t %x' >"$dir/raw.out" &
  raw=$!
  timeout 30 sh -c 'until [ "$(grep -c client_connected "$1")" -ge 2 ]; do :; done' sh "$dir/broker.log" || fail 'no subscriber'
  # Both have had their SUBACK when a message to them has come through.
  timeout 30 sh -c 'until grep -q ready "$1/json.out" && grep -q 7265616479 "$1/raw.out"; do
    mosquitto_pub -p "$2" -t end -m ready; mosquitto_pub -p "$2" -t msh/ready -m ready; done' sh "$dir" "$port" || fail 'no SUBACK'
}

check() {
  await '^end end' "$dir/json.out"
  await '^end 656[eE]64' "$dir/raw.out"
  kill "$listener" "$raw"
  grep -v '^end ' "$dir/json.out" >"$dir/got" || :
  cmp "$dir/want" "$dir/got" || fail "JSON in mode $1"
  for gateway in aabbccd1 aabbccd2 aabbccd3; do
    hex=$(od -An -v -tx1 "$dir/$gateway" | tr -d ' \n' | tr a-f A-F)
    grep -iqx "msh/EU_868/2/e/LongFast/!$gateway $hex" "$dir/raw.out" || fail "raw topic of $gateway is not untouched"
  done
}

start
subscribe
publish_all
printf 'msh/EU_868/2/json/LongFast/!aabbccd1 %s\n' "$(json aabbccd1)" >"$dir/want"
check packet
stop

start --set mesh.json.mirror=gateway
subscribe
publish_all
for gateway in aabbccd1 aabbccd2 aabbccd3; do
  printf 'msh/EU_868/2/json/LongFast/!%s %s\n' "$gateway" "$(json $gateway)"
done >"$dir/want"
check gateway
stop
echo "three gateways: one JSON in mode packet, three in mode gateway, raw topics untouched"
