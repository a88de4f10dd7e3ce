#!/usr/bin/env bash
# join.sh: sends the join payload on standard input to the worker METALML_*, with a bootstrap token that the control
# plane METALML_CONTROL_* creates for this one join; it is deleted afterwards, also after a failure.
# join.sh --leave: drains the worker and deletes its Node object.
#
# The token is never an input or output of a resource: it exists in this process and in the worker's memory.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=components/ssh/scripts/client/ssh.sh
source "$here/ssh.sh"

if [[ ${1:-} == --leave ]]; then
  if ! reachable METALML_CONTROL; then
    printf 'the control plane %s does not answer: %s is not drained\n' "$METALML_CONTROL_NAME" "$METALML_NAME" >&2
    exit 0
  fi
  # Pods on a machine that is gone never terminate: do not wait for a drain.
  mode=drain
  if ! reachable METALML; then
    mode=gone
    # Kubernetes cannot revoke the kubelet's client certificate: the kubelet would register its node again.
    printf '%s does not answer: before it starts again, erase it or clean it by hand (docs/remove.md)\n' "$METALML_NAME" >&2
  fi
  root_on METALML_CONTROL "$METALML_NAME" "$mode" <"$here/../node/leave.sh" >&2
  exit 0
fi

payload=$scratch/payload
cat >"$payload"

made=$scratch/made
forget_token() {
  root_on METALML_CONTROL "$METALML_NAME" <"$here/../node/delete-tokens.sh" >&2 || true
  rm -rf -- "$scratch"
}
trap forget_token EXIT

join() {
  (umask 077 && root_on METALML_CONTROL "$METALML_NAME" "$METALML_ADDRESS" <"$here/../node/make-token.sh" >"$made") ||
    fail "$METALML_NAME: the control plane $METALML_CONTROL_NAME cannot create a bootstrap token"
  {
    cat "$payload"
    printf -- '--- secret token\n%s\n--- secret ca-hash\n%s\n' \
      "$(sed -n 's/^token //p' "$made")" "$(sed -n 's/^ca-hash //p' "$made")"
  } | follow_step METALML join
}

if ! (join); then
  # The machine may have been busy with another step for longer than the token's TTL.
  if root_on METALML_CONTROL "$METALML_NAME" <"$here/../node/has-token.sh"; then exit 1; fi
  printf '%s: its bootstrap token expired before it joined; trying once more with a new one\n' "$METALML_NAME" >&2
  join
fi
