# shellcheck shell=bash
# Runs commands on a machine over SSH, from this computer. Sourced by the other scripts in this folder.
#
# A machine is described by six variables with a common prefix (METALML for the machine itself,
# METALML_CONTROL for the control plane that some scripts also need):
#   <prefix>_NAME _ADDRESS _PORT _USER _KEY_FILE _HOST_KEY   (host key: "ssh-ed25519 AAAA...")

# Seconds for one TCP connect: long enough for a distant server, short enough to report a dead one within a minute.
CONNECT_TIMEOUT=10
# Seconds between keep-alives; after three without a reply ssh exits, so a broken link is noticed after 15 s.
ALIVE_INTERVAL=5

# Expands a leading ~/; relative paths stay relative to the project.
expand_home() {
  local path=$1
  printf '%s' "${path/#\~\//$HOME/}"
}

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

# ssh_to PREFIX COMMAND...: runs COMMAND on the machine; standard input, output and exit code pass through.
# Only the host key from the settings is accepted: no known_hosts file of this computer is read. Each call opens
# a new connection: a shared one (ControlMaster) would not test new firewall rules.
ssh_to() {
  local prefix=$1
  shift
  local name="${prefix}_NAME" address="${prefix}_ADDRESS" port="${prefix}_PORT" user="${prefix}_USER"
  local key_file="${prefix}_KEY_FILE" host_key="${prefix}_HOST_KEY"
  local known="$scratch/$prefix.known_hosts" identity=()
  # Without a key file ssh offers the agent's keys and its own defaults.
  if [[ -n ${!key_file} ]]; then identity=(-i "$(expand_home "${!key_file}")" -o IdentitiesOnly=yes); fi
  printf '%s %s\n' "${!name}" "${!host_key}" >"$known"
  ssh -p "${!port}" "${identity[@]}" \
    -o BatchMode=yes -o PreferredAuthentications=publickey \
    -o StrictHostKeyChecking=yes -o UserKnownHostsFile="$known" -o GlobalKnownHostsFile=/dev/null \
    -o HostKeyAlias="${!name}" -o UpdateHostKeys=no -o CheckHostIP=no \
    -o ControlMaster=no -o ControlPath=none \
    -o ConnectTimeout="$CONNECT_TIMEOUT" -o ServerAliveInterval="$ALIVE_INTERVAL" -o ServerAliveCountMax=3 \
    -o LogLevel=ERROR "${!user}@${!address}" -- "$@"
}

# root_on PREFIX [ARGUMENT...]: runs the bash script on standard input as root, with these arguments.
# Arguments come from this program (step names, paths, digests), so they need no quoting for the remote shell.
root_on() {
  local prefix=$1
  shift
  local user="${prefix}_USER"
  if [[ ${!user} == root ]]; then
    ssh_to "$prefix" bash -s -- "$@"
  else
    ssh_to "$prefix" sudo -n bash -s -- "$@"
  fi
}

# reachable PREFIX: succeeds if an SSH login works.
reachable() {
  ssh_to "$1" true </dev/null 2>/dev/null
}

# follow_step PREFIX STEP: runs STEP on the machine with the payload on standard input, and follows it until it ends.
follow_step() {
  local prefix=$1 step=$2 name="${1}_NAME" status=0
  # The remote bash reads the launcher first, which then reads the payload from the same stream.
  cat "$(dirname "${BASH_SOURCE[0]}")/../node/launch.sh" - | root_on "$prefix" "$step" >&2 || status=$?
  case $status in
    0) ;;
    255) fail "${!name}: SSH ended before step $step did. What has started there goes on; the next run follows it." ;;
    *) fail "${!name}: step $step failed" ;;
  esac
}

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
