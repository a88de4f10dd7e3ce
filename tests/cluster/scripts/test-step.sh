#!/usr/bin/env bash
# A step for tests: notes its begin and end, takes a while, ends as it is told.
# Parameters: NAME, LASTS (seconds), END (well | badly).
# shellcheck source=components/ssh/scripts/node/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=/dev/null
source "$METALML_WORK/scripts/params.sh"

printf 'begin %s\n' "$NAME" >>/root/steps
if [[ -e $METALML_SECRETS/token ]]; then
  token=$(<"$METALML_SECRETS/token")
  say "has a token of ${#token} letters"
fi
for ((second = 1; second <= LASTS; second++)); do
  say "second $second"
  sleep 1
done
[[ $END == well ]] || die "the disk is made of cheese"
printf 'end %s\n' "$NAME" >>/root/steps
