# shellcheck shell=bash
# snapshot.sh times|content: prints what a machine has on it as lines KEY<tab>VALUE; fed to `bash -s` in the machine.
# times: files with their change times (any write shows), units with their start times.
# content: files by mode and digest, units by name, addresses and routes: to compare one machine with another.
set -euo pipefail
kind=$1
# Outside of the volumes: data of containerd, kubelet and etcd. What systemd and the SSH server note for
# themselves is nobody's change.
roots=(/etc /usr /opt /root /home /srv /var/lib /var/spool)
ignored='^(/var/lib/(systemd|private)|/etc/ssh|/etc/hosts$|/etc/resolv\.conf$|/etc/hostname$|/etc/machine-id$)'

if [[ $kind == times ]]; then
  find "${roots[@]}" -xdev ! -type d -printf '%p\t%y %m %U:%G %s %T@ %C@ %l\n' | grep -vE "$ignored" | sort
  systemctl list-units --all --plain --no-legend --type=service,timer | awk '$1 ~ /^(metalml-.*|kubelet\.service|containerd\.service|ssh\.service)/ && $1 !~ /^metalml-(step|approve)/ {print $1}' |
    while read -r unit; do
      printf 'unit %s\t%s %s\n' "$unit" "$(systemctl show -P ActiveEnterTimestampMonotonic "$unit")" "$(systemctl show -P MainPID "$unit")"
    done
else
  find "${roots[@]}" -xdev ! -type f -printf '%p\t%y %m %l\n' | grep -vE "$ignored" | sort
  find /etc /usr/local /opt /root /home /srv /var/lib -xdev -type f -print0 | sort -z |
    xargs -0 -r sha256sum | sed -E 's/^([0-9a-f]+)  (.*)$/\2\t\1/' | grep -vE "$ignored"
  find /usr/bin /usr/sbin /usr/lib/systemd -xdev -type f -printf '%p\t%m %s\n' | sort
  systemctl list-units --plain --no-legend --type=service,timer,mount | awk '{print "unit " $1 "\t" $3}' | grep -v '^unit user@\|^unit run-user\|^unit session' | sort
  ip -brief link | awk '{sub(/@.*/, "", $1); print "link " $1 "\t" $2}'
fi
systemctl list-unit-files --plain --no-legend | awk '{print "enabled " $1 "\t" $2}'
# Without counters and handles.
nft --stateless list ruleset 2>/dev/null | awk '{print "rule " NR "\t" $0}'
