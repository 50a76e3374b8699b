#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Secrets in every place that can hold one, in good settings and bad, by clients that come in and that do not; then
# none of them is in the log of any level and format, nor in what `check` says. Payloads are nobody's business either.
# usage: secrets.sh MESHBROKER
set -eu
program=$1
dir=$(mktemp -d)
broker=
trap 'kill $broker 2>/dev/null || :; rm -rf "$dir"' EXIT

fail() {
  echo "FAILED: $1" >&2
  tail -40 "$dir"/broker.log >&2
  exit 1
}

# Waits until the log has a line that matches.
await() {
  timeout 30 sh -c 'until grep -q -- "$1" "$2" 2>/dev/null; do :; done' sh "$1" "$dir/broker.log" || fail "no $1"
}

# hidden TEXT: neither its beginning nor its end may be seen, so that a cut quotation is found too.
hidden() {
  printf '%.12s\n' "$1" >>"$dir/hidden"
  printf '%s\n' "$1" | tail -c 13 >>"$dir/hidden"
}
# 32 bytes that no other name gives, in base64 and in hex; both are hidden, in both spellings.
key64() { printf '%-32.32s' "key-of-$1" | base64; }
key16() { printf '%-32.32s' "key-of-$1" | od -An -v -tx1 | tr -d ' \n'; }
hidden_key() {
  hidden "$(key64 "$1")"
  hidden "$(key16 "$1")"
  hidden "$(key16 "$1" | tr a-f A-F)"
  printf 'key-of-%s\n' "$1" >>"$dir/hidden"
}

# In a place each: settings, files, what clients send.
for name in channel channel-2 node node-2 node-file gate gate-2 wrong-gate; do hidden_key "$name"; done
for name in ann-1 ann-2 wrong stranger malformed no-tls query cookie bearer payload retained \
  setting syntax open-end misspelt twice line tls-line node-bad node-bad-file url environment environment-file \
  misspelt-environment option hash token token-2 bad-token api-password; do
  hidden "$name-secret-word"
done
# "Team" with a key of 32 bytes.
url='https://meshtastic.org/e/#CigSIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fGgRUZWFt'
url_2='https://meshtastic.org/e/#CigSIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4eGgRUZWFt'
hidden CigSIAABAgMEBQYHCAkKCwwN
hidden AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
hidden 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f

user() { printf '%s\n' "$2" | "$program" passwd "$dir/users" "$1" >/dev/null || fail "passwd $1"; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/server.key" -subj /CN=localhost \
  -days 2 -out "$dir/server.crt" 2>/dev/null
hidden "$(sed -n 3p "$dir/server.key")"

# The good settings; what is given as $1 to $4 differs in a reload.
configure() {
  cat >"$dir/broker.toml" <<TOML
[broker]
data_dir = "$dir/data"
log_level = "trace"
log_format = "$format"
[auth]
password_file = "users"
[http]
admins = ["ann"]
token = "$token"
[mesh]
share_urls = ["$4"]
[[listener]]
bind = "127.0.0.1:0"
allow_anonymous = false
[[listener]]
bind = "127.0.0.1:0"
tls = { cert = "server.crt", key = "server.key" }
[[listener]]
bind = "127.0.0.1:0"
protocol = "websocket"
[[listener]]
bind = "127.0.0.1:0"
tls = { psk_file = "psk" }
[[listener]]
bind = "127.0.0.1:0"
protocol = "http"
[[mesh.node]]
id = "!0a0b0c0d"
private_key = "$3"
[[mesh.node]]
id = "!0a0b0c0e"
private_key_file = "node.key"
[[mesh.channel]]
name = "Family"
psk = "$2"
TOML
  printf 'gate:%s\n' "$1" >"$dir/psk"
}
good() { configure "$(key16 gate)" "$(key64 channel)" "$(key64 node)" "$url"; }

token='token-secret-word'
answers=0
hang_up() {
  answers=$((answers + 1))
  kill -HUP "$broker"
  timeout 30 sh -c 'until [ "$(grep -cE "reload_refused|reloaded" "$1")" -ge "$2" ]; do :; done' sh \
    "$dir/broker.log" "$answers" || fail "no answer to SIGHUP $answers"
}

# refused WHAT: the settings as they are now are refused by check, at start and by a running broker.
refused() {
  if timeout 60 "$program" check -c "$dir/broker.toml" >>"$dir/said" 2>&1; then fail "check takes $1"; fi
  if timeout 60 "$program" serve -c "$dir/broker.toml" >>"$dir/said" 2>&1; then fail "serve takes $1"; fi
  before=$(grep -c reload_refused "$dir/broker.log" || :)
  lines=$before
  kill -HUP "$broker"
  timeout 30 sh -c 'until [ "$(grep -c reload_refused "$1")" -gt "$2" ]; do :; done' sh "$dir/broker.log" "$lines" ||
    fail "SIGHUP takes $1"
  answers=$(grep -cE 'reload_refused|reloaded' "$dir/broker.log")
}
# edited WHAT SED: one line of the good settings written otherwise, in each program that reads it.
edited() {
  good
  sed -i "$2" "$dir/broker.toml"
  refused "$1"
}

publish() { timeout 20 mosquitto_pub -q 1 "$@" -m payload-secret-word >>"$dir/clients" 2>&1; }

clients() {
  publish -p "$1" -i ok -u ann -P ann-1-secret-word -t t || fail 'ann cannot come in'
  publish -p "$1" -i keep -u ann -P ann-1-secret-word -t kept -r --will-topic w --will-payload retained-secret-word ||
    fail 'ann cannot publish retained'
  ! publish -p "$1" -i no -u ann -P wrong-secret-word -t t || fail 'a wrong password lets in'
  ! publish -p "$1" -i who -u eve -P stranger-secret-word -t t || fail 'a stranger comes in'
  ! publish -p "$2" -i plain -u ann -P no-tls-secret-word -t t || fail 'no TLS where TLS is'
  publish -p "$4" -i gate -u ann -P ann-1-secret-word --psk "$(key16 gate)" --psk-identity gate -t t ||
    fail 'no TLS by key'
  ! publish -p "$4" -i bad --psk "$(key16 wrong-gate)" --psk-identity gate -t t || fail 'a wrong key is taken'
  # A CONNECT with its reserved flag set.
  printf '\020\046\000\004MQTT\004\303\000\074\000\001c\000\003ann\000\025malformed-secret-word' |
    timeout 20 curl -s "telnet://127.0.0.1:$1" >>"$dir/clients" 2>&1 || :
  for path in mqtt other; do
    timeout 20 curl -s -m 5 "http://ann:bearer-secret-word@127.0.0.1:$3/$path?token=query-secret-word" \
      -H 'Cookie: session=cookie-secret-word' >>"$dir/clients" 2>&1 || :
  done
  timeout 20 curl -s -m 5 "http://127.0.0.1:$1/?password=query-secret-word" >>"$dir/clients" 2>&1 || :
  timeout 20 curl -s -k -m 5 "https://127.0.0.1:$2/?password=query-secret-word" >>"$dir/clients" 2>&1 || :
}

# login PASSWORD: the answer's fields and body in $dir/answer.
login() {
  timeout 20 curl -s -m 10 -D - "$api/login" -H 'Content-Type: application/json' \
    -d "{\"user\":\"ann\",\"password\":\"$1\"}" >"$dir/answer"
}
# HTTP: by a password, by the cookie that gives, by the token, and by what is none of them.
http_clients() {
  api=http://127.0.0.1:$1/api/v1
  login api-password-secret-word
  grep -q ' 401 ' "$dir/answer" || fail 'a wrong password logs in by HTTP'
  login ann-1-secret-word
  cookie=$(sed -n 's/^[Ss]et-[Cc]ookie: *meshbroker_session=\([0-9a-f]*\).*/\1/p' "$dir/answer")
  [ -n "$cookie" ] || fail "no cookie: $(cat "$dir/answer")"
  hidden "$cookie"
  for field in "Cookie: meshbroker_session=$cookie" 'Authorization: Bearer token-secret-word'; do
    timeout 20 curl -sf -m 10 -X DELETE "$api/bans?token=query-secret-word" -H "$field" >>"$dir/said" ||
      fail "$field is refused"
  done
  for field in 'Cookie: meshbroker_session=cookie-secret-word' 'Authorization: Bearer bad-token-secret-word'; do
    ! timeout 20 curl -sf -m 10 -X DELETE "$api/bans" -H "$field" >>"$dir/clients" || fail "$field is taken"
  done
  # What a reload by the API answers, the difference among it, hides the same.
  token='token-2-secret-word'
  good
  timeout 20 curl -s -m 10 -X POST "$api/reload" -H 'Authorization: Bearer token-secret-word' >>"$dir/said"
  token='token-secret-word'
  good
  timeout 20 curl -s -m 10 "http://127.0.0.1:$1/metrics" >>"$dir/said"
  timeout 20 curl -s -m 10 "$api/clients" >>"$dir/said"
  answers=$(grep -cE 'reload_refused|reloaded' "$dir/broker.log")
  grep -q 'api_changes' "$dir/broker.log" || fail 'no change by the API'
}

reloads() {
  configure "$(key16 gate-2)" "$(key64 channel-2)" "$(key64 node-2)" "$url_2"
  user ann ann-2-secret-word
  hidden "$(sed -n 's/^ann:.*\$//p' "$dir/users")"
  "$program" check -c "$dir/broker.toml" >>"$dir/said" 2>&1 || fail 'check refuses the other settings'
  hang_up
  for what in mesh.channel.0.psk mesh.node.0.private_key mesh.share_urls 'user changed'; do
    grep -q "reload_changed.*$what" "$dir/broker.log" || fail "no difference for $what"
  done
}

bad_settings() {
  edited 'a bad psk' 's/^psk = .*/psk = "setting-secret-word!"/'
  edited 'text without quotes' 's/^psk = .*/psk = syntax-secret-word/'
  edited 'text without an end' 's/^psk = .*/psk = "open-end-secret-word/'
  edited 'an unknown key' 's/^psk = .*/pks = "misspelt-secret-word"/'
  edited 'a key twice' 's/^psk = .*/&\npsk = "twice-secret-word!"/'
  edited 'a bad private key' 's/^private_key = .*/private_key = "node-bad-secret-word"/'
  edited 'a bad URL' 's|^share_urls = .*|share_urls = ["https://meshtastic.org/e/#url-secret-word"]|'
  good
  printf 'gate:tls-line-secret-word\n' >"$dir/psk"
  refused 'a bad line of keys'
  good
  cp "$dir/users" "$dir/users.good"
  printf 'eve:line-secret-word\nmax:$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$hash-secret-word\n' >>"$dir/users"
  refused 'a bad line of users'
  cp "$dir/users.good" "$dir/users"
  printf 'node-bad-file-secret-word\n' >"$dir/node.key"
  refused 'a bad file of a private key'
  key64 node-file >"$dir/node.key"
}

# What comes from outside the file.
elsewhere() {
  printf 'environment-file-secret-word!' >"$dir/value"
  for variable in MESHBROKER_MESH__CHANNEL__0__PSK=environment-secret-word! \
    "MESHBROKER_MESH__CHANNEL__0__PSK__FILE=$dir/value" \
    MESHBROKER_MESH__CHANNEL__0__PKS=misspelt-environment-secret-word; do
    if env "$variable" "$program" check -c "$dir/broker.toml" >>"$dir/said" 2>&1; then fail "check takes $variable"; fi
  done
  for key in mesh.channel.0.psk mesh.channel.0.pks mesh.node.0.private_key mesh.share_urls; do
    if "$program" check -c "$dir/broker.toml" --set "$key=option-secret-word!" >>"$dir/said" 2>&1; then
      fail "check takes $key"
    fi
  done
}

for format in text json; do
  rm -rf "$dir/users" "$dir/data" "$dir/broker.log" "$dir/clients" "$dir/said"
  answers=0
  user ann ann-1-secret-word
  hidden "$(sed -n 's/^ann:.*\$//p' "$dir/users")"
  (umask 077 && key64 node-file >"$dir/node.key")
  good
  chmod 600 "$dir/broker.toml"
  "$program" check -c "$dir/broker.toml" >"$dir/said" 2>&1 || fail "check refuses it: $(cat "$dir/said")"
  "$program" serve -c "$dir/broker.toml" >"$dir/broker.log" 2>&1 &
  broker=$!
  timeout 30 sh -c 'until [ "$(grep -c listening "$1")" = 5 ]; do :; done' sh "$dir/broker.log" || fail 'no listeners'
  # shellcheck disable=SC2046
  clients $(sed -n 's/.*listening.*127\.0\.0\.1:\([0-9]*\).*/\1/p' "$dir/broker.log")
  # shellcheck disable=SC2046
  http_clients $(sed -n '/protocol\(=\|":"\)http/s/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' "$dir/broker.log")
  await login_failed.*eve
  await tls_error
  await malformed
  reloads
  bad_settings
  elsewhere
  kill "$broker"
  wait "$broker" || fail 'exit code'
  # The search finds what is there: names do stand in the log.
  grep -qF -e eve "$dir/broker.log" || fail 'the log is empty'
  cat "$dir/broker.log" "$dir/said" >"$dir/all"
  if grep -nF -f "$dir/hidden" "$dir/all" >"$dir/found"; then
    cat "$dir/found" >&2
    fail "secrets are told ($format)"
  fi
done
