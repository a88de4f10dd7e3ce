#!/usr/bin/env bash
# prepare-node.sh: fills /prepared with Elasticsearch's configuration: the image's own files, and a keystore with
# each file of /secure under its name. The pod's root cannot be written to, and what is in the environment is
# shown to everybody who may look at the pod.
set -euo pipefail
cp --recursive --no-preserve=mode,ownership /usr/share/elasticsearch/config/. /prepared
rm --force /prepared/elasticsearch.keystore
export ES_PATH_CONF=/prepared
elasticsearch-keystore create --silent
for setting in /secure/*; do
  elasticsearch-keystore add --stdin --force "${setting##*/}" <"$setting"
done
