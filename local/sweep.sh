#!/usr/bin/env bash
# sweep.sh CLUSTER [POD_RANGE...]: removes what local machines of this cluster left on this computer: containers,
# volumes, networks, routes. Each is found by its label, or by its range; nothing of anybody else is touched.
set -euo pipefail
cluster=$1
shift
label=metalml.cluster=$cluster

if command -v podman >/dev/null; then
  for container in $(podman ps --all --quiet --filter "label=$label"); do
    podman rm --force --time 0 --volumes "$container" >/dev/null
    printf 'removed container %s\n' "$container"
  done
  for volume in $(podman volume ls --quiet --filter "label=$label"); do
    podman volume rm --force "$volume" >/dev/null
    printf 'removed volume %s\n' "$volume"
  done
  for network in $(podman network ls --quiet --filter "label=$label"); do
    podman network rm --force "$network" >/dev/null
    printf 'removed network %s\n' "$network"
  done
fi
for range in "$@"; do
  if [[ -n $(ip route show exact "$range") ]]; then
    ip route delete "$range"
    printf 'removed route %s\n' "$range"
  fi
done
rm -f "/run/lock/metalml-$cluster"
