#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What an operator types: check, decode, health, a taken port, signals, and the exit codes of each.
# usage: command_line.sh MESHBROKER CONFIG
set -u
program=$1
config=$2
dir=$(mktemp -d)
broker=
export MESHBROKER_BROKER__DATA_DIR=  # nothing is kept but where a case says so
trap 'kill $broker 2>/dev/null; rm -rf "$dir"' EXIT

fail() {
  echo "FAILED: $1" >&2
  cat "$dir/out" "$dir/err" >&2
  exit 1
}

# expect CODE ARGS…: runs the program, keeps what it says.
expect() {
  want=$1
  shift
  timeout 60 "$program" "$@" >"$dir/out" 2>"$dir/err"
  got=$?
  [ "$got" -eq "$want" ] || fail "exit code $got instead of $want: $*"
}

said() { grep -q -- "$1" "$dir/out" "$dir/err" || fail "does not say: $1"; }

expect 0 --version
said 'meshbroker [0-9]'
expect 0 --help
for command in serve check passwd decode channel health; do
  said "$command"
  expect 0 "$command" --help
  expect 0 --help
done
expect 2 frobnicate
expect 2 serve --no-such-option

expect 0 check -c "$config"
printf '[broker]\nworkerz = 1\nlog_level = "loud"\n[limits]\ninflight = 0\n' >"$dir/bad.toml"
expect 2 check -c "$dir/bad.toml"
said "$dir/bad.toml:2: .*workers"
said "$dir/bad.toml:3: .*debug"
said "$dir/bad.toml:5: "
expect 2 serve -c "$dir/bad.toml"
expect 2 check -c "$dir/missing.toml"

envelope='0a3d0d4433221115ffffffff18082a0b4b3774313770ad7a82788b35f0debc9a3d0066ee5f450000c840480360abffffffffffffffff017803980144a8010112084c6f6e67466173741a09216161626263636464'
expect 0 decode "$envelope"
grep -qx '{"channel":0,"from":287454020,.*"payload":{"text":"Hello"},.*}' "$dir/out" || fail 'decode: JSON'
expect 1 decode --set mesh.default_key=false "$envelope"
[ ! -s "$dir/out" ] || fail 'decode: JSON without a key'
expect 0 decode --set mesh.default_key=false --psk LongFast=AQ== "$envelope"
expect 2 decode 'no hex'

expect 0 channel 'https://meshtastic.org/e/#CgUSAQEoARIGCAE4A0AD'
grep -qx '0 "LongFast": AES-128, key of 16 bytes, which everybody knows ("default"), hash 8' "$dir/out" || fail 'channel'
expect 0 channel --show-keys Family=AAECAwQFBgcICQoLDA0ODw==
said 'psk AAECAwQFBgcICQoLDA0ODw==$'
expect 2 channel https://meshtastic.org/e/
said 'in quotes'
expect 2 channel

printf '[mesh]\nshare_urls = ["https://meshtastic.org/e/#!"]\n' >"$dir/url.toml"
expect 2 check -c "$dir/url.toml"
said 'share URL 1 is cut off'
expect 2 serve -c "$dir/url.toml" --set 'listener.0.bind="127.0.0.1:0"'
printf '[[mesh.node]]\nid = "!00000005"\nprivate_key_file = "key"\n' >"$dir/node.toml"
expect 2 check -c "$dir/node.toml"
said "$dir/key cannot be read"
printf 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n' >"$dir/key"
chmod 640 "$dir/key"
expect 2 check -c "$dir/node.toml"
said "chmod 600 $dir/key"
chmod 600 "$dir/key"
expect 0 check -c "$dir/node.toml"
printf 'no key' >"$dir/key"
expect 2 serve -c "$dir/node.toml" --set 'listener.0.bind="127.0.0.1:0"'
said 'is no private key'
# Whatever is wrong with the files that are named is told at once, each with its line.
cat >"$dir/many.toml" <<TOML
[broker]
log_file = "none/broker.log"
[[listener]]
tls.cert = "none.crt"
tls.key = "none.key"
[auth]
password_file = "none.users"
acl_file = "none.rules"
[mesh]
share_urls = ["https://meshtastic.org/e/#!", "https://meshtastic.org/e/#CgUSAQEoARIGCAE4A0AD", "https://meshtastic.org/e/#A"]
[[mesh.node]]
id = "!00000005"
private_key_file = "none.5"
[[mesh.node]]
id = "!00000006"
private_key_file = "none.6"
TOML
expect 2 check -c "$dir/many.toml"
[ "$(wc -l <"$dir/err")" -eq 8 ] || fail 'not every problem has its line'
said "many.toml:2: broker.log_file: the folder of $dir/none/broker.log is not there: make it"
said "many.toml:4: tls.cert: $dir/none.crt: no certificate can be read: No such file or directory"
said "many.toml:7: auth.password_file: cannot read $dir/none.users: No such file or directory; meshbroker passwd makes it"
said "many.toml:8: auth.acl_file: cannot read $dir/none.rules: "
said 'many.toml:10: mesh.share_urls: the share URL 1 is cut off'
said 'many.toml:10: mesh.share_urls: the share URL 3 '
said 'many.toml:13: mesh.node !00000005: '
said 'many.toml:16: mesh.node !00000006: '
expect 2 serve -c "$dir/many.toml" --set 'broker.log_file=""'
[ "$(grep -c 'error start_failed why=' "$dir/err")" -eq 7 ] || fail 'serve does not tell all problems'
expect 1 serve -c "$dir/many.toml"
said "cannot open the log file $dir/none/broker.log: No such file or directory; make its folder"

printf '[[mesh.node]]\nid = "!00000005"\nprivate_key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="\n' >"$dir/inline.toml"
chmod 644 "$dir/inline.toml"
expect 0 check -c "$dir/inline.toml"
said "chmod 600 $dir/inline.toml"
chmod 600 "$dir/inline.toml"
expect 0 check -c "$dir/inline.toml"
if grep -q chmod "$dir/out" "$dir/err"; then fail 'warns of nothing'; fi

"$program" serve --set 'listener.0.bind="127.0.0.1:0"' --set 'listener.1.bind="127.0.0.1:0"' \
  --set 'listener.1.protocol="http"' --set "broker.data_dir=\"$dir/data\"" 2>"$dir/err" >"$dir/out" &
broker=$!
timeout 30 sh -c 'until grep -q starting "$1"; do :; done' sh "$dir/err" || fail 'does not start'
until grep -q 'listening.*http' "$dir/err"; do kill -HUP "$broker" || fail 'SIGHUP ends it while it starts'; done
timeout 30 sh -c 'until grep -q "listening.*http" "$1"; do :; done' sh "$dir/err" || fail 'does not start'
ports=$(sed -n 's/.*listening address=127\.0\.0\.1:\([0-9]*\).*/\1/p' "$dir/err")
port=${ports%%[!0-9]*}
http=${ports##*[!0-9]}
cp "$dir/err" "$dir/serve.err"
expect 0 health --set "listener.0.bind=\"127.0.0.1:$port\""
expect 0 health --set "listener.0.bind=\"127.0.0.1:$http\"" --set 'listener.0.protocol="http"'
expect 1 health --set "listener.0.bind=\"127.0.0.1:$port\"" --set 'listener.0.protocol="http"'
said '127.0.0.1:'"$port"': GET /readyz is not answered within 2 s'
expect 1 health --set "listener.0.bind=\"127.0.0.1:$http\""
said '127.0.0.1:'"$http"': no CONNACK within 2 s'
expect 1 serve --set "listener.0.bind=\"127.0.0.1:$port\""
said "127.0.0.1:$port is taken"
expect 1 serve --set 'listener.0.bind="127.0.0.1:0"' --set "broker.data_dir=\"$dir/data\""
said "$dir/data/meshbroker.db is in use by another process"
: >"$dir/file"
expect 1 serve --set 'listener.0.bind="127.0.0.1:0"' --set "broker.data_dir=\"$dir/file/data\""
said "$dir/file/data cannot be made"
[ "$(stat -c %a "$dir/data")" = 700 ] || fail 'the data directory is open to others'
kill -HUP "$broker"
expect 0 health --set "listener.0.bind=\"127.0.0.1:$port\""
kill -INT "$broker"
while kill -HUP "$broker" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$broker/status"; do :; done
wait "$broker"
code=$?
[ "$code" -eq 0 ] || fail "exit code $code on SIGINT"
expect 1 health --set "listener.0.bind=\"127.0.0.1:$port\""
echo 'command line, exit codes and signals are as promised'
