#!/usr/bin/env bash
# firewall.sh: loads the nftables ruleset on standard input on the machine METALML_*, and keeps it only if a *new*
# SSH connection still gets through. Otherwise the machine rolls back to its old rules by itself.
# firewall.sh --remove: deletes our table; other tables are not changed.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=components/ssh/scripts/client/ssh.sh
source "$here/ssh.sh"

# Seconds until the machine rolls back, unless firewall-keep.sh confirms the rules.
ROLLBACK_AFTER=60

if [[ ${1:-} == --remove ]]; then
  if reachable METALML; then root_on METALML <"$here/../node/firewall-remove.sh" >&2; fi
  exit 0
fi

cat "$here/../node/firewall-try.sh" - | root_on METALML "$ROLLBACK_AFTER" >&2

deadline=$((SECONDS + ROLLBACK_AFTER - CONNECT_TIMEOUT))
while ((SECONDS < deadline)); do
  if root_on METALML <"$here/../node/firewall-keep.sh" >&2 2>"$scratch/keep"; then exit 0; fi
  sleep 1
done
fail "$METALML_NAME: SSH does not come back through the new firewall. The machine returns to its old rules within $ROLLBACK_AFTER s. Check that this computer's address is in firewall.adminRanges."
