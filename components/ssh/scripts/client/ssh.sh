# shellcheck shell=bash
# How the operator's computer reaches a machine. Sourced by the other scripts of this folder.
#
# A machine is described by six variables with a common prefix (METALML for the machine itself,
# METALML_CONTROL for the control plane a command needs besides):
#   <prefix>_NAME _ADDRESS _PORT _USER _KEY_FILE _HOST_KEY   (host key: "ssh-ed25519 AAAA...")

# Seconds. One TCP connect; long enough for a far server, short enough to name a dead one within a minute.
CONNECT_TIMEOUT=10
# Seconds between keep-alives; three unanswered ones end the connection, so a cut link shows after 15 s.
ALIVE_INTERVAL=5

# Expands to the tilde's home and keeps relative paths as they are (relative to the project).
expand_home() {
  local path=$1
  printf '%s' "${path/#\~\//$HOME/}"
}

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

# ssh_to PREFIX COMMAND...: runs COMMAND on the machine; standard input, output and exit code pass through.
# The host key is the one from the settings and nothing else: no file of this computer is asked. Each is a
# connection of its own: through a shared one the firewall's new rules would not be tried.
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
# Arguments are words of our own (step names, paths, digests), so they need no quoting for the far shell.
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

# reachable PREFIX: true when the machine lets us in.
reachable() {
  ssh_to "$1" true </dev/null 2>/dev/null
}

# follow_step PREFIX STEP: runs STEP on the machine with the payload on standard input, and follows it to its end.
follow_step() {
  local prefix=$1 step=$2 name="${1}_NAME" status=0
  # The launcher is read by the far bash first; it then reads the payload from the same stream.
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
