# shellcheck shell=sh
# Process 1 of a local machine, until it becomes systemd.
#
# On cgroup v1 podman lays the host's whole systemd hierarchy over the machine's own one. Left there, all
# machines share one tree of cgroups, and the kubelet of one takes the pods of another for its own orphans.
set -eu
if grep -q ' /\.\./.* /sys/fs/cgroup/systemd ' /proc/self/mountinfo; then
  umount --lazy /sys/fs/cgroup/systemd
fi
exec /sbin/init
