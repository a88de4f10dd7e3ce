#!/usr/bin/env bash
# preflight.sh: connects to the machine METALML_* for the first time and runs all checks, without a change on it.
# Standard input: the variables of node/preflight.sh, as NAME=value lines. Prints the machine's facts.
# preflight.sh --forget: removes the machine from the list of known machines.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=components/ssh/scripts/client/ssh.sh
source "$here/ssh.sh"

# Seconds. A rented server boots in minutes, but an error must name a dead one within a minute.
REACH_FOR=${METALML_REACH_FOR:-45}
# One file per machine of the cluster: finds two entries of the settings that are the same machine.
known=${XDG_STATE_HOME:-$HOME/.local/state}/metalml/$METALML_CLUSTER

if [[ ${1:-} == --forget ]]; then
  rm -f -- "$known/$METALML_NAME"
  # The last machine removes the lock file, too.
  if [[ -d $known && -z $(ls "$known") ]]; then rm -rf -- "$known"; fi
  exit 0
fi

where="$METALML_NAME ($METALML_USER@$METALML_ADDRESS:$METALML_PORT)"

# A rejected login is not retried: each attempt counts for fail2ban.
deadline=$((SECONDS + REACH_FOR))
while :; do
  if ssh_to METALML true </dev/null 2>"$scratch/contact"; then break; fi
  reason=$(tail -n 1 "$scratch/contact")
  case $(<"$scratch/contact") in
    *"Host key verification failed"* | *"IDENTIFICATION HAS CHANGED"*)
      fail "$where: the machine shows another host key than the settings have. Nothing was run on it. If it was reinstalled, put its new key (ssh-keyscan -t ed25519 $METALML_ADDRESS, compared with the provider's console) into hostKey."
      ;;
    *"Permission denied"* | *"Too many authentication failures"*)
      fail "$where: login refused with the key file $METALML_KEY_FILE (tried once). Check user, key file and the machine's authorized_keys."
      ;;
  esac
  ((SECONDS < deadline)) || fail "$where: cannot be reached: ${reason:-no answer}. Check address, port, the provider's firewall, and that the machine runs."
  sleep 2
done

if [[ $METALML_USER != root ]] && ! ssh_to METALML sudo -n true </dev/null 2>/dev/null; then
  fail "$where: sudo asks for a password or is not allowed. Give $METALML_USER passwordless sudo (NOPASSWD: ALL)."
fi

variables=$(cat)
# Messages are shown as they arrive: waiting for apt's lock may take minutes.
if ! {
  printf '%s\nOPERATOR_TIME=%s\n' "$variables" "$(date +%s)"
  cat "$here/../node/preflight.sh"
} | root_on METALML 2>&1 >"$scratch/facts" | sed --unbuffered "s/^problem: //; s/^/$METALML_NAME: /" >&2; then
  fail "$where is not ready; nothing was changed on it"
fi
facts=$(<"$scratch/facts")

# All preflights run in parallel: with the lock, the second of two equal machines finds the first.
own_identity=$(sed -n 's/^{"hostname":"\([^"]*\)","machineId":"\([^"]*\)".*/\1 \2/p' <<<"$facts")
mkdir -p "$known"
exec 8>"$known/.lock"
flock 8
for other in "$known"/*; do
  [[ -e $other && ${other##*/} != "$METALML_NAME" ]] || continue
  read -r other_hostname other_id <"$other"
  [[ ${own_identity% *} != "$other_hostname" ]] ||
    fail "$where has the host name $other_hostname, and so has ${other##*/}: give each its own (hostnamectl set-hostname)"
  [[ ${own_identity#* } != "$other_id" ]] ||
    fail "$where and ${other##*/} have the same /etc/machine-id: they are one machine, or copies of one (remove the file and run systemd-machine-id-setup)"
done
printf '%s\n' "$own_identity" >"$known/$METALML_NAME"
printf '%s\n' "$facts"
