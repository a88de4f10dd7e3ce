#!/usr/bin/env bash
# Runs one unpacked step (run.sh STEP DIGEST), inside its systemd unit. Writes the result last and whole.
# The unit takes the secrets away, however this ends.
set -euo pipefail
step=$1 digest=$2
dir=/var/lib/metalml/steps/$step
status=0
METALML_WORK=$dir/unpacked METALML_SECRETS=/run/metalml/secrets/$step bash "$dir/unpacked/scripts/main.sh" || status=$?

if ((status == 0)); then
  printf '%s\n' "$digest" >"$dir/done.new"
  mv "$dir/done.new" "$dir/done"
fi
printf '%s\n' "$status" >"$dir/result.new"
mv "$dir/result.new" "$dir/result"
exit "$status"
