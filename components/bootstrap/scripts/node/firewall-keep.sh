# shellcheck shell=bash
# firewall-keep.sh: a new connection got through, so the rules in force stay, also after a reboot.
set -euo pipefail
folder=/var/lib/metalml/firewall
next=$folder/next.nft
if [[ -e $next ]]; then
  # The timer may have fired in between: then the rules are gone and may not be called kept.
  systemctl stop metalml-firewall-rollback.timer 2>/dev/null || true
  nft --file "$next"
  install -D -m 0600 "$next" /etc/metalml/firewall.nft
  rm -f "$next" "$folder/previous.nft"
fi
unit=/etc/systemd/system/metalml-firewall.service
wanted='[Unit]
Description=metalml firewall (its own nftables table)
Wants=network-pre.target
Before=network-pre.target
DefaultDependencies=no

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=nft --file /etc/metalml/firewall.nft

[Install]
WantedBy=multi-user.target'
if [[ $(cat "$unit" 2>/dev/null) != "$wanted" ]]; then
  printf '%s\n' "$wanted" >"$unit"
  systemctl daemon-reload
  systemctl enable --quiet metalml-firewall.service
fi
