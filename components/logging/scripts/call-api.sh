#!/usr/bin/env bash
# call-api.sh URL: makes the calls of /requests/requests.txt in their order, each line "METHOD PATH BODY-FILE".
# A call that is refused ends it with what Elasticsearch says; one that finds nobody is made again for 5 minutes.
set -euo pipefail
url=$1
while read -r method path body; do
  echo "$method $path"
  curl --config /admin/curl.conf --cacert /authority/ca.crt --silent --show-error --fail-with-body \
    --retry 60 --retry-delay 5 --retry-connrefused --retry-max-time 300 --max-time 60 \
    --request "$method" --header 'Content-Type: application/json' \
    --data-binary "@/requests/$body" "$url$path"
  echo
done < /requests/requests.txt
