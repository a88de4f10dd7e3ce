# shellcheck shell=bash
# find-secret.sh HALF HALF [disk]: prints where the secret (given in halves, so that this search does not find itself) is:
# in a process' arguments or environment, in a file that outlives a boot, in the journal; without `disk` also below /run.
set -euo pipefail
pattern=$1$2
places=(/var/lib/metalml /etc /root /tmp /var/tmp /var/log)
[[ ${3:-} == disk ]] || places+=(/run)
search() { grep --recursive --files-with-matches --fixed-strings --no-messages --binary-files=text --file=<(printf '%s\n' "$pattern") -- "$@" || true; }
search "${places[@]}"
for process in /proc/[0-9]*; do
  [[ $process != "/proc/$$" ]] && search "$process/cmdline" "$process/environ"
done
journalctl --quiet --output cat | search - | sed 's/.*/journal/'
