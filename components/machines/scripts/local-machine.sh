#!/usr/bin/env bash
# local-machine.sh create|delete: a system container on this computer that stands in for a rented server.
#
# Environment: METALML_CLUSTER, METALML_NETWORK, METALML_NAME, METALML_ADDRESS, METALML_KEY_FILE (its public half may log in), and for
# create METALML_ROOT (folder with the root filesystem), METALML_MACHINE_RANGE, METALML_POD_RANGE (empty: no route).
# create prints the machine's SSH host key.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")

network=$METALML_NETWORK
container=metalml-$METALML_CLUSTER-$METALML_NAME
label=metalml.cluster=$METALML_CLUSTER
# Data of containerd, kubelet and etcd cannot be on an overlay over an overlay.
volumes=(containerd kubelet etcd)
# Creating and removing the shared network is serialized.
lock=/run/lock/metalml-$METALML_CLUSTER

remove_container() {
  local part
  podman rm --force --time 5 --ignore "$container" >/dev/null
  for part in "${volumes[@]}"; do podman volume rm --force "$container-$part" >/dev/null 2>&1 || true; done
  if [[ -n ${METALML_POD_RANGE:-} ]]; then ip route delete "$METALML_POD_RANGE" 2>/dev/null || true; fi
}

delete_machine() {
  remove_container
  (
    flock 9
    if podman network exists "$network" && [[ -z $(podman ps --all --quiet --filter "network=$network") ]]; then
      podman network rm "$network" >/dev/null
    fi
  ) 9>"$lock"
}

at_most() { # at_most BOUND LIMIT
  if [[ $2 == unlimited ]] || (($2 > $1)); then echo "$1"; else echo "$2"; fi
}

ensure_network() {
  (
    flock 9
    podman network exists "$network" ||
      podman network create --label "$label" --disable-dns --subnet "$METALML_MACHINE_RANGE" "$network" >/dev/null
  ) 9>"$lock"
}

# A machine's programs take about 25 inotify instances, and Linux gives root 128 by default: the fifth machine's
# containerd would run without its CRI plugin. The number is what the program sets on servers; it holds until a reboot.
allow_watching() {
  local wanted=8192 limit=/proc/sys/fs/inotify/max_user_instances
  if (($(<"$limit") < wanted)); then echo "$wanted" >"$limit"; fi
}

create_machine() {
  local part options=() nofile nproc bridge mac
  allow_watching
  ensure_network
  bridge=$(podman network inspect "$network" | sed -n 's/.*"network_interface": "\(.*\)",/\1/p')

  if [[ $(podman inspect --format '{{.State.Running}}' "$container" 2>/dev/null) != true ]]; then
    # A stopped or partly created container may be broken: a machine is cheap, so it is recreated.
    remove_container
    for part in "${volumes[@]}"; do
      podman volume create --label "$label" "$container-$part" >/dev/null
      options+=(--volume "$container-$part:/var/lib/$part")
    done
    # crun rejects a hybrid cgroup hierarchy; runc accepts all.
    # A caller without CAP_SYS_RESOURCE cannot give a container more than its own hard limits, and podman keeps
    # some processes for itself. 30000 is what systemd and a full node of pods never reach.
    nofile=$(at_most 1048576 "$(ulimit -Hn)") nproc=$(at_most 30000 "$(ulimit -Hu)")
    # A server keeps its MAC address when it restarts. With another one it could not be reached until this
    # computer's neighbor table has forgotten the old one, which takes up to a minute.
    # shellcheck disable=SC2086 # four numbers
    mac=$(printf '02:4d:%02x:%02x:%02x:%02x' ${METALML_ADDRESS//./ })
    if ! podman --runtime runc run --detach --name "$container" --hostname "$METALML_NAME" --label "$label" \
      --privileged --systemd=always --cgroupns=private --env container=podman \
      --network "$network" --ip "$METALML_ADDRESS" --mac-address "$mac" \
      --volume /dev/kmsg:/dev/kmsg --tmpfs /run --ulimit "nofile=$nofile:$nofile" --ulimit "nproc=$nproc:$nproc" \
      "${options[@]}" --rootfs "$(realpath "$METALML_ROOT"):O" /bin/sh -c "$(<"$here/init.sh")" >/dev/null; then
      remove_container
      exit 1
    fi
  fi
  if [[ -n ${METALML_POD_RANGE:-} ]]; then
    # As a provider's router does for rented servers: a route to the machine's pod CIDR via the machine.
    ip route replace "$METALML_POD_RANGE" via "$METALML_ADDRESS" ${bridge:+dev "$bridge"}
  fi
  podman exec --interactive "$container" bash -s <"$here/first-boot.sh" >&2
  ssh-keygen -y -f "$METALML_KEY_FILE" | podman exec --interactive "$container" \
    install -D -m 0600 /dev/stdin /root/.ssh/authorized_keys
  podman exec "$container" cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub
}

case $1 in
  create) create_machine ;;
  delete) delete_machine ;;
esac
