#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# TLS with other people's clients: mosquitto_pub and mosquitto_sub with and without certificates and with keys, and
# openssl's client for what those do not do.
# usage: tls.sh MESHBROKER
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

# certificate NAME: NAME.crt and NAME.key, signed by ca.
certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/$1.key" -subj "/CN=$1" \
    -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -out "$dir/$1.csr" 2>/dev/null
  openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial -days 2 \
    -copy_extensions copy -out "$dir/$1.crt" 2>/dev/null
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/ca.key" -subj /CN=ca -days 2 \
  -out "$dir/ca.crt" 2>/dev/null
certificate server
certificate gate
printf 'gate:0123456789abcdef\n' >"$dir/psk"

cat >"$dir/broker.toml" <<'TOML'
[broker]
data_dir = ""
workers = 2
[[listener]]
bind = "127.0.0.1:0"
tls = { cert = "server.crt", key = "server.key" }
[[listener]]
bind = "127.0.0.1:0"
allow_anonymous = false
tls = { cert = "server.crt", key = "server.key", client_ca = "ca.crt", require_client_certificate = true, user = "cn" }
[[listener]]
bind = "127.0.0.1:0"
allow_anonymous = false
tls = { psk_file = "psk", user = "psk" }
TOML
"$program" check -c "$dir/broker.toml" >/dev/null || fail 'check finds a problem'
"$program" serve -c "$dir/broker.toml" 2>"$dir/broker.log" &
broker=$!
timeout 30 sh -c 'until [ "$(grep -c listening "$1")" = 3 ]; do :; done' sh "$dir/broker.log" || fail 'not three listeners'
# shellcheck disable=SC2046
set -- $(sed -n 's/.*listening address=127\.0\.0\.1:\([0-9]*\).*/\1/p' "$dir/broker.log")

# Another client's message goes to whom it belongs, at QoS 2.
round_trip() {
  what=$1
  shift
  mosquitto_sub "$@" -i "sub $what" -t t -C 1 -W 30 >"$dir/heard" 2>"$dir/sub.log" &
  subscriber=$!
  await "client_connected.*sub $what" "$dir/broker.log"
  until mosquitto_pub "$@" -i "pub $what" -q 2 -r -t t -m "$what" 2>"$dir/pub.log"; do
    cat "$dir/pub.log" >&2
    fail "$what: mosquitto_pub"
  done
  wait $subscriber || fail "$what: mosquitto_sub: $(cat "$dir/sub.log")"
  grep -qx "$what" "$dir/heard" || fail "$what: heard $(cat "$dir/heard")"
  mosquitto_pub "$@" -r -n -t t
}

round_trip tls -p "$1" --cafile "$dir/ca.crt"
round_trip tls12 -p "$1" --cafile "$dir/ca.crt" --tls-version tlsv1.2
round_trip mtls -p "$2" --cafile "$dir/ca.crt" --cert "$dir/gate.crt" --key "$dir/gate.key"
round_trip psk -p "$3" --psk 0123456789abcdef --psk-identity gate
round_trip psk12 -p "$3" --psk 0123456789abcdef --psk-identity gate --tls-version tlsv1.2

! mosquitto_pub -p "$2" --cafile "$dir/ca.crt" -t t -m x 2>/dev/null || fail 'served without a certificate'
await 'tls_error.*did not return a certificate' "$dir/broker.log"
! mosquitto_pub -p "$3" --psk 00 --psk-identity gate -t t -m x 2>/dev/null || fail 'served with a wrong key'
! mosquitto_pub -p "$3" --psk 0123456789abcdef --psk-identity else -t t -m x 2>/dev/null || fail 'served as a stranger'
! mosquitto_pub -p "$1" -t t -m x 2>/dev/null || fail 'served without TLS'
await 'tls_error.*it speaks MQTT without TLS' "$dir/broker.log"
! openssl s_client -connect "127.0.0.1:$1" -tls1_1 </dev/null >/dev/null 2>&1 || fail 'TLS 1.1 is spoken'
await 'tls_error.*unsupported protocol' "$dir/broker.log"
# R asks for a new handshake.
printf 'R\n' | timeout 10 openssl s_client -connect "127.0.0.1:$1" -tls1_2 >"$dir/renegotiation" 2>&1 || :
grep -qi 'no renegotiation' "$dir/renegotiation" || fail 'a renegotiation is not refused'

kill "$broker"
wait "$broker" || fail "exit code $? on SIGTERM"

# A bad file is named with the line that names it.
printf '[[listener]]\ntls.cert = "server.crt"\n\ntls.key = "gate.key"\n' >"$dir/bad.toml"
! "$program" check -c "$dir/bad.toml" 2>"$dir/problems" || fail 'a key of another certificate is no problem'
grep -q "bad.toml:4: tls.key: $dir/gate.key: " "$dir/problems" || fail "$(cat "$dir/problems")"
code=0
"$program" serve -c "$dir/bad.toml" 2>/dev/null || code=$?
[ $code = 2 ] || fail "exit code $code for a bad key"
