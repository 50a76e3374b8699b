#!/bin/sh
# The metrics of a running broker, judged by Prometheus' own tool. Arguments: where npm's things are, unused.
set -eu
program=$MESHBROKER_PROGRAM
place=$(mktemp -d)
"$program" --set 'broker.data_dir=""' --set 'listener.0.bind="127.0.0.1:0"' \
  --set 'listener.1.bind="127.0.0.1:18089"' --set 'listener.1.protocol="http"' 2>"$place/log" &
broker=$!
trap 'kill $broker 2>/dev/null || true; rm -rf "$place"' EXIT
url=http://127.0.0.1:18089
timeout 20 sh -c "until curl --silent --fail --output /dev/null $url/readyz; do :; done"
curl --silent --show-error --fail "$url/metrics" >"$place/metrics"
promtool check metrics <"$place/metrics"
echo "promtool: $(grep -c '^# TYPE' "$place/metrics") metrics, nothing to say about them"
