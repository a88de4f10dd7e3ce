#!/usr/bin/env bash
# Loads the images of what the cluster serves, for machines that cannot pull them. Parameter: IMAGES (folder).
# shellcheck source=components/bootstrap/scripts/node/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=/dev/null
source "$METALML_WORK/scripts/params.sh"

import_images "$IMAGES"
