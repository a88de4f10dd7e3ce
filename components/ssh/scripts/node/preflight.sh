#!/usr/bin/env bash
# Looks at a machine before anything is changed on it; fed to `bash -s` as root, writes nothing.
# Prints every problem as a line "problem: ..." on standard error, and the facts that the files
# written later depend on as one JSON object on standard output. Parameters come before it as variables:
#   ROLE (control-plane | worker)  NODE_SOURCE (apt | bundle)  MIN_DISK_GIB  MIN_MEMORY_MIB  OPERATOR_TIME (seconds since 1970)
#   APT_WAIT (seconds to wait for another apt; may be left out)
set -euo pipefail

# Seconds. Certificates are back-dated by five minutes, logs and leases are not; k0sctl draws the same line.
MAX_CLOCK_DIFFERENCE=30
# Seconds. unattended-upgrades after a boot holds the lock for minutes.
APT_WAIT=${APT_WAIT:-600}

problems=0
problem() {
  printf 'problem: %s\n' "$*" >&2
  problems=$((problems + 1))
}

# shellcheck source=/dev/null
source /etc/os-release
case "$ID $VERSION_ID" in
  "debian 12" | "ubuntu 24.04") ;;
  *) problem "runs $PRETTY_NAME; supported are Debian 12 and Ubuntu 24.04" ;;
esac
[[ $(uname -m) == x86_64 ]] || problem "is $(uname -m); supported is x86_64"
[[ -d /run/systemd/system ]] || problem "is not run by systemd"
[[ $(cat /etc/hostname 2>/dev/null) ]] || problem "has no host name"
cpus=$(nproc)
memory=$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo)
if [[ $ROLE == control-plane ]] && ((cpus < 2)); then problem "has $cpus CPU; a control plane needs 2"; fi
((memory >= MIN_MEMORY_MIB)) || problem "has $memory MiB of memory; at least $MIN_MEMORY_MIB are needed"
disk=$(df --output=avail -BG /var/lib | tail -1 | tr -dc 0-9)
((disk >= MIN_DISK_GIB)) || problem "has $disk GiB free under /var/lib; at least $MIN_DISK_GIB are needed"

difference=$(($(date +%s) - OPERATOR_TIME))
if ((${difference#-} > MAX_CLOCK_DIFFERENCE)); then
  problem "has a clock that is ${difference#-} s off this computer's (at most $MAX_CLOCK_DIFFERENCE): set it, then enable time synchronisation"
fi

# Ports of a machine that is ours already are taken by our own programs.
if [[ ! -e /var/lib/metalml/steps ]]; then
  ports="10250 10256"
  if [[ $ROLE == control-plane ]]; then ports="$ports 6443 2379 2380 10257 10259"; fi
  for port in $ports; do
    holder=$(ss -Hltnp "sport = :$port" | sed -n 's/.*users:(("\([^"]*\)".*/\1/p' | head -1)
    if [[ -n $(ss -Hltn "sport = :$port") ]]; then
      problem "port $port is in use${holder:+ by $holder}; Kubernetes needs it"
    fi
  done
fi

programs="ss nft ip mount sysctl systemd-run openssl"
if [[ $NODE_SOURCE == bundle ]]; then programs="$programs runc iptables conntrack"; fi
for program in $programs; do
  command -v "$program" >/dev/null || PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null ||
    problem "lacks the program $program; install the package that has it (with the source bundle nothing is downloaded)"
done

if [[ $NODE_SOURCE == apt ]]; then
  waited=0
  while lslocks --noheadings --output PATH 2>/dev/null | grep -qE '/var/lib/(dpkg/lock|apt/lists/lock)'; do
    if ((waited == 0)); then echo "waiting for another apt or dpkg to end (up to $APT_WAIT s)" >&2; fi
    if ((waited >= APT_WAIT)); then
      problem "another apt or dpkg has held its lock for $APT_WAIT s; look at it with: lslocks | grep dpkg"
      break
    fi
    sleep 2
    waited=$((waited + 2))
  done
fi

# Facts. Whether the kernel lets us do a thing is tried, not inferred.
cgroup=v1
[[ $(stat -f -c %T /sys/fs/cgroup) == cgroup2fs ]] && cgroup=v2
container=false
systemd-detect-virt --quiet --container && container=true
oom=free
(echo -1000 >/proc/self/oom_score_adj) 2>/dev/null || oom=restricted
conntrack=writable
limit=/proc/sys/net/netfilter/nf_conntrack_max
if [[ -e $limit ]]; then (value=$(<"$limit") && echo "$value" >"$limit") 2>/dev/null || conntrack=read-only; fi

((problems == 0)) || exit 1
printf '{"hostname":"%s","machineId":"%s","os":"%s","codename":"%s","cgroup":"%s","container":%s,"oomScore":"%s","conntrack":"%s","openFiles":%s}\n' \
  "$(uname -n)" "$(cat /etc/machine-id)" "$ID" "$VERSION_CODENAME" "$cgroup" "$container" "$oom" "$conntrack" "$(ulimit -Hn | sed s/unlimited/1048576/)"
