#!/usr/bin/env bash
# Puts NVIDIA's driver and container toolkit on a machine with GPUs, and tells containerd of the runtime `nvidia`.
# Parameters (params.sh): GPU_SOURCE (apt | given: they must be here already | none: a machine that pretends), and for
# apt the versions and the repositories' keys; an empty DRIVER_VERSION takes the driver that is here.
# shellcheck source=components/ssh/scripts/node/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=components/ssh/scripts/node/apt.sh
source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"
# shellcheck source=/dev/null
source "$METALML_WORK/scripts/params.sh"

readonly DROP_IN=/etc/containerd/conf.d/90-metalml-nvidia.toml
readonly RUNTIME=/usr/bin/nvidia-container-runtime

has_gpu() { grep -qsx 0x10de /sys/bus/pci/devices/*/vendor; } # NVIDIA's number on the PCI bus
driver_runs() { [[ -e /proc/driver/nvidia/version ]]; }

driver() {
  local package pinning=nvidia-driver-pinning-$DRIVER_VERSION
  local -A versions=()
  repository nvidia-driver "$DRIVER_KEY_URL" "$DRIVER_KEY_FINGERPRINT"
  update_for gpu-driver-updated-for "$DRIVER_VERSION"
  for package in $DRIVER_PACKAGES; do versions[$package]=$(offered "$package" "$DRIVER_VERSION"); done
  # The parts that these depend on come at the same version, not at the newest. The module is built here, for the
  # kernel that runs.
  for package in "$pinning" "linux-headers-$(uname -r)"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' && continue
    apt install --no-install-recommends "$package"
    say "installed $package"
  done
  for package in $DRIVER_PACKAGES; do held "$package" "${versions[$package]}" --no-install-recommends; done
}

toolkit() {
  repository nvidia-toolkit "$TOOLKIT_KEY_URL" "$TOOLKIT_KEY_FINGERPRINT"
  update_for gpu-toolkit-updated-for "$TOOLKIT_VERSION"
  # The runtime, and the hook that CDI needs. The rest of the toolkit is for runtimes that know no CDI.
  held nvidia-container-toolkit-base "$(offered nvidia-container-toolkit-base "$TOOLKIT_VERSION")"
}

from_apt() {
  finish_dpkg
  toolkit
  if [[ -n $DRIVER_VERSION ]]; then driver; fi
}

load_driver() {
  driver_runs && return 0
  modprobe nvidia || true
  driver_runs && return 0
  if [[ -d /sys/module/nouveau ]]; then
    die "the kernel's own driver nouveau holds the GPUs: restart this machine, then run again"
  fi
  die "NVIDIA's driver is not loaded and cannot be (see: modprobe nvidia; dkms status); a restart of this machine may be needed"
}

if [[ $GPU_SOURCE != none ]]; then
  has_gpu || die "there is no NVIDIA device on this machine's PCI bus: take gpu off its settings"
  if [[ $GPU_SOURCE == apt ]]; then from_apt; fi
  if [[ ! -x $RUNTIME ]]; then
    die "NVIDIA's container toolkit is not installed ($RUNTIME): with the source bundle, install the driver and the package nvidia-container-toolkit-base yourself"
  fi
  load_driver
fi
install_file "$DROP_IN" containerd.service
container_runtime
