# shellcheck shell=bash
# pretend-ports.sh: gives a machine without Kubernetes listeners on its ports, and a NodePort 30050 as kube-proxy makes one:
# redirected in prerouting to a pod behind a bridge. An SSH server stands for each program. Fed to `bash -s`.
set -euo pipefail
ip netns add pod
ip link add pod0 type veth peer name eth0 netns pod
ip address add 10.246.200.1/24 dev pod0
ip link set pod0 up
ip -n pod address add 10.246.200.2/24 dev eth0
ip -n pod link set eth0 up
ip -n pod route add default via 10.246.200.1
sysctl --quiet net.ipv4.ip_forward=1
nft 'table ip test_kube_proxy { chain services { type nat hook prerouting priority dstnat; fib daddr type local tcp dport 30050 dnat to 10.246.200.2:8501; }; }'
systemd-run --quiet --collect --unit test-pod ip netns exec pod /usr/sbin/sshd -D -p 8501
systemd-run --quiet --collect --unit test-listeners /usr/sbin/sshd -D -p 6443 -p 10250 -p 2379 -p 30051
