# shellcheck shell=bash
# firewall-try.sh SECONDS, ruleset behind it on standard input: puts the ruleset in force now, with a timer that
# takes it back. The running rules are replaced in one transaction; established connections go on.
#
# next.nft is in force but not kept. Who renames it decides: the timer (refused.nft) or firewall-keep.sh
# (kept.nft). So a connection that comes through only because the old rules are back cannot keep the new ones.
set -euo pipefail
try_rules() {
  local seconds=$1 folder=/var/lib/metalml/firewall
  mkdir -p "$folder"
  umask 077
  cat >"$folder/new.nft"
  nft --check --file "$folder/new.nft"
  rm -f "$folder/refused.nft"
  if [[ ! -e $folder/next.nft && ! -e $folder/kept.nft ]] && cmp -s "$folder/new.nft" /etc/metalml/firewall.nft && nft list table inet metalml >/dev/null 2>&1; then
    rm -f "$folder/new.nft"
    return 0
  fi
  systemctl stop metalml-firewall-rollback.timer 2>/dev/null || true
  # The way back is what is in force and kept now, or no table of ours at all.
  if [[ -e /etc/metalml/firewall.nft ]]; then
    cp /etc/metalml/firewall.nft "$folder/previous.nft"
  else
    printf 'table inet metalml\ndelete table inet metalml\n' >"$folder/previous.nft"
  fi
  mv "$folder/new.nft" "$folder/next.nft"
  systemd-run --quiet --collect --unit metalml-firewall-rollback --on-active="$seconds" --timer-property=AccuracySec=1s \
    bash -c "cd $folder && mv next.nft refused.nft && nft --file previous.nft"
  nft --file "$folder/next.nft"
}
try_rules "$@"; exit
