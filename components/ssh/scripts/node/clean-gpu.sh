# shellcheck shell=bash
# Takes the runtime `nvidia` out of containerd, and what the device plugin told it of the GPUs; fed to `bash -s` as root.
# The packages go with the node.
set -euo pipefail
readonly DROP_IN=/etc/containerd/conf.d/90-metalml-nvidia.toml

while [[ $(systemctl show -P ActiveState metalml-step.service) == activ* ]]; do sleep 0.5; done

# Else the same step would be taken for done when the machine is given its GPUs back.
rm -rf -- /var/lib/metalml/steps/gpu
rm -f -- /var/run/cdi/k8s.device-plugin.nvidia.com-gpu.json
rmdir --ignore-fail-on-non-empty /var/run/cdi 2>/dev/null || true
if [[ -e $DROP_IN ]]; then
  rm -f -- "$DROP_IN"
  if systemctl is-active --quiet containerd.service; then systemctl restart containerd.service; fi
fi
