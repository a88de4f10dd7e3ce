# shellcheck shell=bash
# firewall-remove.sh: takes our table and all traces of it away; fed to `bash -s` as root.
set -euo pipefail
systemctl stop metalml-firewall-rollback.timer 2>/dev/null || true
systemctl disable --quiet metalml-firewall.service 2>/dev/null || true
rm -f /etc/systemd/system/metalml-firewall.service /etc/metalml/firewall.nft
systemctl daemon-reload
nft delete table inet metalml 2>/dev/null || true
rm -rf /var/lib/metalml/firewall
rmdir /etc/metalml /var/lib/metalml 2>/dev/null || true
