# shellcheck shell=bash
# Starts a step on this machine, or finds it running, and follows its log until it ends.
#
# Fed to `bash -s STEP` over SSH with the step's payload behind it on the same standard input. The step
# itself runs as a transient systemd unit: it outlives this shell, so a cut connection or a killed engine
# does not stop it, and the unit's one name is the machine's lock: a second step waits for the first.
#
# A payload is text: sections that begin with a line "--- script NAME", "--- file PATH MODE" or
# "--- secret NAME". Secrets are kept in memory (/run), are no part of the digest, and go when the step ends.
set -euo pipefail
umask 077

readonly UNIT=metalml-step
readonly ROOT=/var/lib/metalml/steps
# A step that takes longer than this has hung; the slowest real one (driver installation by apt) takes minutes.
readonly LONGEST=3600s

unpack() { # unpack PAYLOAD WORK SECRETS
  local work=$2 secrets=$3 line kind name mode out=/dev/null
  mkdir -p "$work/scripts" "$work/files" "$secrets"
  : >"$work/modes"
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line == "--- "* ]]; then
      read -r _ kind name mode <<<"$line"
      case $kind in
        script) out=$work/scripts/$name ;;
        secret) out=$secrets/$name ;;
        file)
          out=$work/files$name
          mkdir -p "$(dirname "$out")"
          printf '%s %s\n' "$mode" "$name" >>"$work/modes"
          ;;
        *)
          printf 'error: unknown section in payload: %s\n' "$line" >&2
          return 1
          ;;
      esac
      : >"$out"
    else
      printf '%s\n' "$line" >>"$out"
    fi
  done <"$1"
}

running() { [[ $(systemctl show -P ActiveState "$UNIT.service") =~ ^(active|activating|deactivating)$ ]]; }

follow() { # follow LOG: prints the log until the unit ends
  local log=$1 process
  process=$(systemctl show -P MainPID "$UNIT.service")
  # tail ends soon after the step's process, and prints first what that left.
  if ((process)); then tail -n +1 -s 0.05 -f --pid="$process" "$log"; else cat "$log"; fi
  while running; do sleep 0.05; done
}

# finish STEP: exits as the step did, and says so when it did not end well.
finish() {
  local status
  if ! status=$(cat "$ROOT/$1/result" 2>/dev/null); then
    printf 'error: step %s was stopped before its end; the next run goes on from where it was\n' "$1"
    exit 1
  fi
  ((status == 0)) || printf 'error: step %s ended with code %s; all it said is in %s/log on this machine\n' "$1" "$status" "$ROOT/$1"
  exit "$status"
}

launch() {
  local step=$1 dir=$ROOT/$1 digest payload next
  mkdir -p "$dir" /run/metalml
  payload=$(mktemp /run/metalml/payload.XXXXXX)
  # shellcheck disable=SC2064  # the name is wanted now, not at exit
  trap "rm -f -- '$payload'" EXIT
  cat >"$payload"
  digest=$(awk '/^--- /{secret = /^--- secret /} !secret' "$payload" | sha256sum | cut -d' ' -f1)

  # Two connections may arrive at once: one unpacks and starts, the other then finds it running.
  exec 9>/run/metalml/launch.lock
  while :; do
    flock 9
    if running; then
      flock -u 9
      if [[ $(cat /run/metalml/running 2>/dev/null) == "$step $digest" ]]; then
        printf 'step %s is already running here: following it\n' "$step"
        rm -f -- "$payload"
        follow "$dir/log"
        finish "$step"
      fi
      printf 'waiting for step %s on this machine\n' "$(cut -d' ' -f1 /run/metalml/running 2>/dev/null)"
      while running; do sleep 0.1; done
      continue
    fi
    [[ $(cat "$dir/done" 2>/dev/null) == "$digest" ]] && exit 0

    next=$dir/unpacked.$$
    rm -rf -- "$dir"/unpacked* "$dir/result"
    unpack "$payload" "$next" "/run/metalml/secrets/$step"
    # It may hold secrets, and this shell may be killed while it follows.
    rm -f -- "$payload"
    mv "$next" "$dir/unpacked"
    : >"$dir/log"
    systemctl reset-failed "$UNIT.service" 2>/dev/null || true
    printf '%s %s\n' "$step" "$digest" >/run/metalml/running
    if systemd-run --quiet --collect --unit "$UNIT" --service-type=exec -p RuntimeMaxSec="$LONGEST" \
      -p StandardOutput="append:$dir/log" -p StandardError="append:$dir/log" \
      -p ExecStopPost="/bin/rm -rf /run/metalml/secrets/$step" \
      bash "$dir/unpacked/scripts/run.sh" "$step" "$digest" 9>&-; then
      flock -u 9
      follow "$dir/log"
      finish "$step"
    fi
    flock -u 9
    rm -rf -- "/run/metalml/secrets/$step"
    printf 'error: systemd did not start the step %s\n' "$step" >&2
    exit 1
  done
}

# One line: nothing after it may be read, since the payload follows on the same stream.
launch "$@"; exit
