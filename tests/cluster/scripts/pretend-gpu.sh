# shellcheck shell=bash
# pretend-gpu.sh device|driver: puts an NVIDIA device on this machine's PCI bus, or its driver into the kernel, as far as
# files tell of them.
set -euo pipefail
case $1 in
  device) place=/sys/bus/pci/devices file=0000:01:00.0/vendor text=0x10de ;;
  driver) place=/proc/driver file=nvidia/version text=pretended ;;
esac
folder=/run/pretend-$1
mkdir -p "$folder/${file%/*}"
printf '%s\n' "$text" >"$folder/$file"
mount --bind "$folder" "$place"
