#!/usr/bin/env bash
# Loads images of what the cluster runs, for machines that cannot pull them. Parameter: IMAGES (folders).
# shellcheck source=components/ssh/scripts/node/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=/dev/null
source "$METALML_WORK/scripts/params.sh"

read -ra folders <<<"$IMAGES"
for folder in "${folders[@]}"; do
  import_images "$folder"
done
