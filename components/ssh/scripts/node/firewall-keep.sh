# shellcheck shell=bash
# firewall-keep.sh: a new connection got through, so the rules in force stay, also after a reboot.
# See firewall-try.sh for the names.
set -euo pipefail
folder=/var/lib/metalml/firewall
if [[ -e $folder/refused.nft ]]; then
  echo "the machine has gone back to its old rules" >&2
  exit 1
fi
if [[ -e $folder/next.nft ]]; then
  mv "$folder/next.nft" "$folder/kept.nft"
  systemctl stop metalml-firewall-rollback.timer 2>/dev/null || true
  install -D -m 0600 "$folder/kept.nft" /etc/metalml/firewall.nft.new
  mv /etc/metalml/firewall.nft.new /etc/metalml/firewall.nft
  rm -f "$folder/kept.nft" "$folder/previous.nft"
fi
unit=metalml-firewall.service
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
if [[ $(cat "/etc/systemd/system/$unit" 2>/dev/null) != "$wanted" ]]; then
  printf '%s\n' "$wanted" >"/etc/systemd/system/$unit"
  systemctl daemon-reload
fi
systemctl is-enabled --quiet "$unit" 2>/dev/null || systemctl enable --quiet "$unit"
