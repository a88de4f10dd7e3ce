# shellcheck shell=bash
# What a provider's image does at its first boot: an identity and an SSH server. Fed to `bash -s` in the machine.
set -euo pipefail
for _ in $(seq 100); do
  state=$(systemctl is-system-running 2>/dev/null || true)
  [[ $state == running || $state == degraded ]] && break
  sleep 0.1
done
[[ -e /etc/ssh/ssh_host_ed25519_key ]] || ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
systemctl enable --quiet --now ssh.service
