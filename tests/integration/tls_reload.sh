#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SIGHUP and what stands before a listener: its certificates, revocations, networks, and the level of the log.
# usage: tls_reload.sh MESHBROKER
set -eu
program=$1
dir=$(mktemp -d)
broker=
reader=
trap 'kill $broker $reader 2>/dev/null || :; rm -rf "$dir"' EXIT

fail() {
  echo "FAILED: $1" >&2
  cat "$dir"/broker.log >&2
  exit 1
}

# Waits until a file has a line that matches.
await() {
  timeout 30 sh -c 'until grep -q "$1" "$2" 2>/dev/null; do :; done' sh "$1" "$2" || fail "no $1 in $2"
}

# certificate NAME COMMON_NAME: NAME.crt and NAME.key, signed by ca.
certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/$1.key" -subj "/CN=$2" \
    -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -out "$dir/$1.csr" 2>/dev/null
  openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial -days 2 \
    -copy_extensions copy -out "$dir/$1.crt" 2>/dev/null
}

# revocations: crl.pem, as the authority's database has it by now.
revocations() {
  openssl ca -config "$dir/ca.cnf" -gencrl -out "$dir/crl.pem" 2>/dev/null || fail 'no list of revocations'
}

# Sends SIGHUP and waits for the answer of that reload: each is one line more.
reloads=0
hangup() {
  reloads=$((reloads + 1))
  kill -HUP "$broker"
  timeout 30 sh -c 'until [ "$(grep -cE " (reloaded|reload_refused) " "$1")" -ge "$2" ]; do :; done' sh \
    "$dir/broker.log" $reloads || fail "no answer to SIGHUP $reloads"
}

served() {
  timeout 10 openssl s_client -connect "127.0.0.1:$port" -cert "$dir/guest.crt" -key "$dir/guest.key" </dev/null \
    2>/dev/null | sed -n 's/^subject=.*CN *= *//p'
}

publish() {
  timeout 10 mosquitto_pub -p "$port" --cafile "$dir/ca.crt" --cert "$dir/$1.crt" --key "$dir/$1.key" -q 1 -t t \
    -m "$2" 2>/dev/null
}

configure() {
  cat >"$dir/broker.toml" <<TOML
[broker]
data_dir = ""
log_level = "${2:-info}"
[auth]
password_file = "users"
[[listener]]
bind = "127.0.0.1:0"
allow_anonymous = false
$1
tls = { cert = "server.crt", key = "server.key", client_ca = "ca.crt", crl = "crl.pem", user = "cn" }
[[listener]]
bind = "127.0.0.1:0"
TOML
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/ca.key" -subj /CN=ca -days 2 \
  -out "$dir/ca.crt" 2>/dev/null
printf '[ca]\ndefault_ca = x\n[x]\ndatabase = %s/index\ncertificate = %s/ca.crt\nprivate_key = %s/ca.key\n' \
  "$dir" "$dir" "$dir" >"$dir/ca.cnf"
printf 'default_md = sha256\ndefault_crl_days = 2\n' >>"$dir/ca.cnf"
: >"$dir/index"
revocations
certificate server first
certificate next second
certificate gate gate
certificate guest guest
printf 'secret\n' | "$program" passwd "$dir/users" ann >/dev/null || fail 'no user'
configure ''
"$program" serve -c "$dir/broker.toml" 2>"$dir/broker.log" &
broker=$!
timeout 30 sh -c 'until [ "$(grep -c listening "$1")" = 2 ]; do :; done' sh "$dir/broker.log" || fail 'not two listeners'
port=$(sed -n 's/.*listening address=127\.0\.0\.1:\([0-9]*\).*tls=yes.*/\1/p' "$dir/broker.log")
plain=$(sed -n 's/.*listening address=127\.0\.0\.1:\([0-9]*\).*tls=no.*/\1/p' "$dir/broker.log")
[ "$(served)" = first ] || fail "served: $(served)"
stdbuf -oL mosquitto_sub -p "$port" --cafile "$dir/ca.crt" --cert "$dir/gate.crt" --key "$dir/gate.key" -i reader -t t -q 1 \
  -d >"$dir/heard" 2>&1 &
reader=$!
await 'Subscribed' "$dir/heard"

# A key that is another certificate's: nothing changes, and the line says where.
cp "$dir/server.key" "$dir/kept.key"
cp "$dir/next.key" "$dir/server.key"
hangup
await 'reload_refused.*broker.toml:10: tls.key: .*server.key' "$dir/broker.log"
[ "$(served)" = first ] || fail "after a refused reload: $(served)"

# The pair: newcomers are shown it, who is there stays.
cp "$dir/next.crt" "$dir/server.crt"
hangup
await 'reload_changed what=file name=.*/server.crt' "$dir/broker.log"
[ "$(served)" = second ] || fail "after a reload: $(served)"
publish guest 'to the old connection' || fail 'the guest is not served'
await 'to the old connection' "$dir/heard"

# A user that only its certificate makes is in no file: what a reload does to the file leaves its session alone.
timeout 10 mosquitto_sub -p "$port" --cafile "$dir/ca.crt" --cert "$dir/gate.crt" --key "$dir/gate.key" -c -i lasting \
  -t t -q 1 -E || fail 'no lasting session'
: >"$dir/users"
hangup
await 'reload_changed what="user removed" name=ann' "$dir/broker.log"
publish guest 'kept over a reload' || fail 'the guest is not served beside a users file'
timeout 10 mosquitto_sub -p "$port" --cafile "$dir/ca.crt" --cert "$dir/gate.crt" --key "$dir/gate.key" -c -i lasting \
  -t t -q 1 -C 1 >"$dir/kept" || fail 'the lasting session heard nothing'
grep -qx 'kept over a reload' "$dir/kept" || fail "the lasting session heard $(cat "$dir/kept")"

# Revoked: no new connection. Who is connected stays until its connection ends.
openssl ca -config "$dir/ca.cnf" -revoke "$dir/gate.crt" 2>/dev/null
revocations
hangup
await 'reload_changed what=file name=.*/crl.pem' "$dir/broker.log"
! publish gate x || fail 'a revoked certificate is served'
publish guest 'after the revocation' || fail 'the guest is revoked'
await 'after the revocation' "$dir/heard"
kill "$reader"

# Networks, who may be anonymous, the level of the log: and a broken rule changes none of them.
configure 'deny_from = ["127.0.0.0/33"]'
hangup
await 'reload_refused.*deny_from' "$dir/broker.log"
publish guest x || fail 'a refused reload has shut somebody out'
configure 'deny_from = ["127.0.0.0/8"]' debug
printf 'allow_anonymous = false\nmax_connections = 3\n' >>"$dir/broker.toml"
mosquitto_pub -p "$plain" -t t -m x || fail 'anonymous before'
hangup
await 'reload_changed what=setting name=listener.0.deny_from' "$dir/broker.log"
await 'reload_changed what=setting name=listener.1.allow_anonymous' "$dir/broker.log"
await 'reload_changed what=setting name=broker.log_level' "$dir/broker.log"
await 'reload_needs_restart name=listener.1.max_connections' "$dir/broker.log"
! publish guest x || fail 'a denied network is served'
! mosquitto_pub -p "$plain" -t t -m x 2>/dev/null || fail 'still anonymous'

# Another door in a listener's place: what it had still holds.
sed -i '0,/^bind = .*/s//bind = "127.0.0.1:1"/; s/^deny_from.*/deny_from = []/' "$dir/broker.toml"
hangup
await 'reload_needs_restart name=listener.0.deny_from' "$dir/broker.log"
! publish guest x || fail 'the settings of another door were taken'
! grep -q 'PRIVATE KEY' "$dir/broker.log" || fail 'a key is in the log'
kill "$broker"
wait "$broker" || fail "exit code $? on SIGTERM"

# What a certificate's user has is kept, also when a users file comes in that does not know it, and over a kill.
start() {
  "$program" serve -c "$dir/broker.toml" --set broker.data_dir=data 2>"$dir/broker.log" &
  broker=$!
  timeout 30 sh -c 'until [ "$(grep -c listening "$1")" = 2 ]; do :; done' sh "$dir/broker.log" || fail 'not two listeners'
  port=$(sed -n 's/.*listening address=127\.0\.0\.1:\([0-9]*\).*tls=yes.*/\1/p' "$dir/broker.log")
}
gate() {
  timeout 10 mosquitto_sub -p "$port" --cafile "$dir/ca.crt" --cert "$dir/guest.crt" --key "$dir/guest.key" -c -i lasting -t t \
    -q 1 "$@"
}
configure ''
sed -i '/password_file/d' "$dir/broker.toml"
start
gate -E || fail 'no lasting session'
configure ''
reloads=0
hangup
await 'reload_changed what=setting name=auth.password_file' "$dir/broker.log"
publish guest 'kept over a kill' || fail 'the guest is not served'
kill -9 "$broker"
wait "$broker" || :
start
[ "$(gate -C 1)" = 'kept over a kill' ] || fail 'a certificate does not keep its session'
kill "$broker"
wait "$broker" || fail "exit code $? on SIGTERM"
