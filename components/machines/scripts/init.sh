# shellcheck shell=sh
# Process 1 of a local machine, until it becomes systemd.
#
# On cgroup v1 podman lays the host's whole systemd hierarchy over the machine's own one. Left there, all
# machines share one tree of cgroups, and the kubelet of one takes the pods of another for its own orphans.
set -eu
if grep -q ' /\.\./.* /sys/fs/cgroup/systemd ' /proc/self/mountinfo; then
  umount --lazy /sys/fs/cgroup/systemd
fi
# What is mounted on the machine later is seen in containers that look at its files, as where systemd is begun
# by the kernel. In a container it leaves that as it finds it.
mount --make-rshared /
exec /sbin/init
