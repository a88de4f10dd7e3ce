#!/usr/bin/env bash
# run-in-root.sh ROOT COMMAND...: runs COMMAND in a root filesystem.
#
# Run it in namespaces of its own (unshare --mount --pid --fork): nothing stays mounted after it.
set -euo pipefail
root=$1
shift
mount -t proc proc "$root/proc"
# TensorFlow wants /dev/urandom.
mount --rbind /dev "$root/dev"
exec chroot "$root" "$@"
