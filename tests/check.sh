#!/usr/bin/env bash
# Format, lint, types, scripts, unit tests; all parts run, each tells its time, and one failure fails the whole.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
status=0

part() { # part NAME COMMAND...
  local name=$1 start=$EPOCHREALTIME result=ok
  shift
  "$@" || { result=FAILED status=1; }
  awk -v name="$name" -v result="$result" -v from="$start" -v to="$EPOCHREALTIME" \
    'BEGIN {printf "%-9s %-6s %5.1fs\n", name, result, to - from}'
}

mapfile -t scripts < <(git ls-files --cached --others --exclude-standard '*.sh' .ci/run)

part format ruff format --check --quiet .
part lint ruff check --quiet .
# Beside the rest: it and the unit tests take most of the time.
types=$(mktemp)
trap 'rm -f -- "$types"' EXIT
(part types pyright --level error && exit "$status") >"$types" 2>&1 &
beside=$!
part scripts shellcheck --external-sources "${scripts[@]}"
part workflows python -m tests.tools.workflows
part unit python -m pytest --quiet --numprocesses auto tests/unit
wait "$beside" || status=1
cat "$types"
exit "$status"
