#!/usr/bin/env bash
# build-root.sh FOLDER PACKAGES SUITE MIRROR COMPONENTS KEYRING: makes a machine's root filesystem with debootstrap.
#
# The result belongs to no machine yet: no SSH host keys, no machine id, no password of a mirror. Each machine that
# starts on it makes its own.
set -euo pipefail
root=$1 packages=$2 suite=$3 mirror=$4 components=$5 keyring=$6

# debootstrap downloads by itself; it goes the way that apt goes.
proxy=$(apt-config shell proxy Acquire::http::Proxy)
eval "$proxy"
if [[ -n ${proxy:-} ]]; then export http_proxy=$proxy https_proxy=$proxy; fi

wanted=$(grep -v '^#' "$packages" | paste -sd,)
debootstrap --variant=minbase --components="$components" --keyring="$keyring" --include="$wanted" \
  "$suite" "$root" "$mirror"

rm -f "$root"/etc/ssh/ssh_host_*
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id"
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
# The address without a user and a password in it.
address=$(sed -E 's#^(https?://)[^/@]*@#\1#' <<<"$mirror")
printf 'deb %s %s %s\n' "$address" "$suite" "${components//,/ }" >"$root/etc/apt/sources.list"
# SSH begins with a machine's first boot, when its keys are made. Ubuntu starts it by the socket.
for unit in ssh.service ssh.socket; do systemctl --root="$root" --quiet disable "$unit"; done
printf '%s\n' metalml >"$root/etc/hostname"
