#!/usr/bin/env bash
# trim.sh URL BYTES: deletes the oldest days of logs until what is left takes at most BYTES on disk. The newest
# day always stays: it is being written to.
set -euo pipefail
url=$1 most=$2
ask() { # ask METHOD PATH
  curl --config /admin/curl.conf --cacert /authority/ca.crt --silent --show-error --fail-with-body \
    --max-time 60 --request "$1" "$url$2"
}

total=0 newest=''
while read -r index size; do
  day=${index##*-}
  newest=${newest:-$day}
  total=$((total + ${size:-0}))
  if ((total > most)) && [[ $day != "$newest" ]]; then
    echo "$index ($size bytes) goes: the days up to it take $total bytes, allowed are $most"
    ask DELETE "/$index"
    echo
    total=$((total - size))
  fi
done < <(ask GET '/_cat/indices/logs-*,refused-*?h=index,store.size&bytes=b' | awk '{n = split($1, part, "-"); print part[n], $0}' |
  sort --reverse | cut -d ' ' -f 2-)
