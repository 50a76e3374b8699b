#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The HTTP listener with curl: behind TLS, with a login, and what SIGHUP would do by a request.
# usage: http.sh MESHBROKER
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

# expect STATUS TEXT CURL_ARGUMENTS...: the answer has this status, and this text in its body.
expect() {
  status=$1 text=$2
  shift 2
  said=$(timeout 20 curl --silent --cacert "$dir/cert.pem" --write-out '%{http_code}' --output "$dir/body" "$@") ||
    fail "no answer: $*"
  [ "$said" = "$status" ] || fail "$said, not $status: $*"
  grep -q -e "$text" "$dir/body" || fail "no $text in $(cat "$dir/body"): $*"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -addext 'subjectAltName=DNS:localhost' -keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
printf 'secret of alice\n' | "$program" passwd "$dir/users" alice >/dev/null
printf 'secret of bob\n' | "$program" passwd "$dir/users" bob >/dev/null
cat >"$dir/meshbroker.toml" <<TOML
[broker]
data_dir = ""
workers = 2
[[listener]]
bind = "127.0.0.1:0"
[[listener]]
bind = "127.0.0.1:0"
protocol = "http"
tls.cert = "cert.pem"
tls.key = "key.pem"
[auth]
password_file = "users"
never_banned = []
[http]
admins = ["alice"]
TOML
"$program" -c "$dir/meshbroker.toml" 2>"$dir/broker.log" &
broker=$!
timeout 30 sh -c 'until grep -q "protocol=http tls=yes" "$1"; do :; done' sh "$dir/broker.log" || fail 'not listening'
port=$(sed -n 's/.*address=127.0.0.1:\([0-9]*\) protocol=http.*/\1/p' "$dir/broker.log")
mqtt=$(sed -n 's/.*address=127.0.0.1:\([0-9]*\) protocol=mqtt.*/\1/p' "$dir/broker.log")
url=https://localhost:$port

expect 200 ok "$url/healthz"
expect 200 ready "$url/readyz"
expect 200 meshbroker_uptime_seconds "$url/metrics"
expect 200 '"workers":2' "$url/api/v1/stats"
expect 404 'nothing is served' "$url/../../etc/passwd" --path-as-is
expect 405 GET -X PUT "$url/metrics"
expect 401 login -X POST "$url/api/v1/reload"

login() { # login STATUS TEXT USER PASSWORD
  expect "$1" "$2" --cookie-jar "$dir/jar" -H 'Content-Type: application/json' \
    -d "{\"user\":\"$3\",\"password\":\"$4\"}" "$url/api/v1/login"
}
expect 415 JSON -X POST -d x "$url/api/v1/login"
login 403 'no administrator' bob 'secret of bob'
login 200 logged_in alice 'secret of alice'
cp "$dir/jar" "$dir/kept"
grep -q 'meshbroker_session' "$dir/jar" || fail 'no cookie'
grep '^#HttpOnly.*TRUE.*meshbroker_session' "$dir/jar" >/dev/null || fail 'the cookie is not for TLS and HTTP only'

timeout 60 mosquitto_sub -p "$mqtt" -i sleeper -u bob -P 'secret of bob' -t t >/dev/null 2>&1 &
timeout 30 sh -c 'until grep -q "client_connected client=sleeper" "$1"; do :; done' sh "$dir/broker.log" || fail sleeper
expect 200 '"user":"bob"' "$url/api/v1/clients/sleeper"
expect 403 'another site' --cookie "$dir/jar" -H 'Origin: https://elsewhere' -X DELETE "$url/api/v1/clients/sleeper"
expect 200 disconnected --cookie "$dir/jar" -X DELETE "$url/api/v1/clients/sleeper"
grep -q 'client_disconnected client=sleeper .*ended_by_operator' "$dir/broker.log" || fail 'not disconnected'
grep -q 'api_changes .*user=alice method=DELETE' "$dir/broker.log" || fail 'nobody knows who did it'

echo 'inflight = ' >>"$dir/meshbroker.toml"
expect 422 meshbroker.toml --cookie "$dir/jar" -X POST "$url/api/v1/reload"
sed -i 's/^inflight.*//; s/^workers = 2/workers = 2\nlog_level = "debug"/' "$dir/meshbroker.toml"
expect 200 'setting broker.log_level' --cookie "$dir/jar" -X POST "$url/api/v1/reload"

for _ in 1 2 3 4; do login 401 'wrong user name' alice wrong; done
login 429 'too many failed logins' alice 'secret of alice'
expect 200 '"whom":"127.0.0.1"' "$url/api/v1/bans"
expect 401 'needs a login' -X DELETE "$url/api/v1/bans"
expect 200 forgiven --cookie "$dir/kept" -X DELETE "$url/api/v1/bans/127.0.0.1"
expect 200 '"bans":\[\]' --cookie "$dir/kept" "$url/api/v1/bans"

printf 'another secret\n' | "$program" passwd "$dir/users" alice >/dev/null
kill -HUP "$broker" # who has another password logs in again
timeout 30 sh -c 'until [ "$(grep -c " reloaded " "$1")" = 2 ]; do :; done' sh "$dir/broker.log" || fail 'no reload'
expect 401 'needs a login' --cookie "$dir/kept" -X DELETE "$url/api/v1/bans"
kill -TERM "$broker"
wait "$broker" || fail 'exit'
broker=
! grep -q 'secret' "$dir/broker.log" || fail 'a password is in the log'
echo 'curl and the HTTP listener agree'
