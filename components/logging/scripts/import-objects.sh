#!/usr/bin/env bash
# import-objects.sh URL: gives Kibana the objects of /objects/objects.ndjson, in place of those of the same ids.
set -euo pipefail
url=$1
answer=$(curl --config /admin/curl.conf --cacert /authority/ca.crt --silent --show-error --fail-with-body \
  --retry 60 --retry-delay 5 --retry-connrefused --retry-max-time 300 --max-time 60 \
  --header 'kbn-xsrf: metalml' --form file=@/objects/objects.ndjson "$url/api/saved_objects/_import?overwrite=true")
echo "$answer"
# It answers 200 also when it took only some of them.
[[ $answer == *'"success":true'* ]]
