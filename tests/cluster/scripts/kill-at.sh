# shellcheck shell=bash
# Put in front of a step's script: kills the step's unit before its command number KILL_AT, or before the first command
# that begins with KILL_BEFORE; says at its end how many commands it had.
set -o functrace
commands=0
# shellcheck disable=SC2154  # both come in front of this
kill_here() {
  commands=$((commands + 1))
  if ((commands == KILL_AT)) || [[ -n $KILL_BEFORE && $1 == "$KILL_BEFORE"* ]]; then
    trap - DEBUG EXIT
    systemctl kill --signal KILL metalml-step.service
    sleep 60
  fi
}
trap 'kill_here "$BASH_COMMAND"' DEBUG
trap 'echo "it had $commands commands"' EXIT
