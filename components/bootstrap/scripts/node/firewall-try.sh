# shellcheck shell=bash
# firewall-try.sh SECONDS, ruleset behind it on standard input: puts the ruleset in force now, with a timer that
# takes it back. The running rules are replaced in one transaction; established connections go on.
set -euo pipefail
try_rules() {
  local seconds=$1 folder=/var/lib/metalml/firewall
  mkdir -p "$folder"
  umask 077
  cat >"$folder/next.nft"
  nft --check --file "$folder/next.nft"
  if cmp -s "$folder/next.nft" /etc/metalml/firewall.nft && nft list table inet metalml >/dev/null 2>&1; then return 0; fi
  systemctl stop metalml-firewall-rollback.timer 2>/dev/null || true
  # The way back is what is in force and kept now, or no table of ours at all.
  if [[ -e /etc/metalml/firewall.nft ]]; then
    cp /etc/metalml/firewall.nft "$folder/previous.nft"
  else
    printf 'table inet metalml\ndelete table inet metalml\n' >"$folder/previous.nft"
  fi
  systemd-run --quiet --collect --unit metalml-firewall-rollback --on-active="$seconds" --timer-property=AccuracySec=1s \
    nft --file "$folder/previous.nft"
  nft --file "$folder/next.nft"
}
try_rules "$@"; exit
