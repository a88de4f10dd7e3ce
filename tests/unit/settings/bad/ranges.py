"""Address ranges."""

from tests.unit.settings.bad.mistake import Bad, inventory
from tests.unit.settings.given import GONE

RANGES = {
    "range without length": Bad(
        change={"cluster.serviceRange": "10.96.0.0"},
        at="cluster.serviceRange",
        says=("with its prefix length",),
    ),
    "range that begins in its middle": Bad(
        change={"cluster.serviceRange": "10.96.0.1/16"},
        at="cluster.serviceRange",
        says=("10.96.0.1/16", "write 10.96.0.0/16"),
    ),
    "IPv6 range": Bad(
        change={"cluster.serviceRange": "fd00::/108"}, at="cluster.serviceRange", says=("an IPv4 range",)
    ),
    "Services among pods": Bad(
        change={"cluster.serviceRange": "10.244.128.0/20"},
        at="cluster.serviceRange",
        says=("overlaps cluster.podRange 10.244.0.0/16",),
    ),
    "machines among Services": Bad(
        change={"cluster.serviceRange": "10.64.0.0/12"},
        at="cluster.serviceRange",
        says=("overlaps cluster.machineRange 10.77.0.0/24",),
        also_at=("machines[0].address", "machines[1].address"),
    ),
    "service range too large": Bad(
        change={"cluster.serviceRange": "172.0.0.0/8"}, at="cluster.serviceRange", says=("from /12 to /28",)
    ),
    "no machine range for local machines": Bad(
        change={"cluster.machineRange": GONE}, at="cluster.machineRange", says=("there are local machines",)
    ),
    "machine range too small for local machines": Bad(
        change={"cluster.machineRange": "10.77.0.8/30"},
        at="cluster.machineRange",
        says=("/29 or larger",),
        also_at=("machines[1].address",),
    ),
    "machine outside the machine range": Bad(
        change={"machines[1].address": "10.78.0.12"},
        at="machines[1].address",
        says=("inside cluster.machineRange 10.77.0.0/24, from 10.77.0.2 to 10.77.0.254",),
    ),
    "machine at this computer's own address": Bad(
        change={"machines[1].address": "10.77.0.1"}, at="machines[1].address", says=("from 10.77.0.2",)
    ),
    "server outside the machine range": Bad(
        change={"machines[2]": inventory(address="203.0.113.11")},
        at="machines[2].address",
        says=("from 10.77.0.0 to 10.77.0.255", "leave machineRange out"),
    ),
    "machine without pod range": Bad(
        change={"machines[1].podRange": GONE},
        at="machines[1].podRange",
        says=("missing", "with network routed"),
    ),
    "pod range outside the cluster's": Bad(
        change={"machines[1].podRange": "10.245.12.0/24"},
        at="machines[1].podRange",
        says=("a part of cluster.podRange 10.244.0.0/16",),
    ),
    "two machines with one pod range": Bad(
        change={"machines[1].podRange": "10.244.11.0/24"},
        at="machines[1].podRange",
        says=("overlaps machines[0].podRange 10.244.11.0/24", "(worker-1)"),
    ),
    "pod range too small": Bad(
        change={"machines[1].podRange": "10.244.12.0/26"},
        at="machines[1].podRange",
        says=("room for 61 pods", "cluster.kubelet.maxPods, which is 110"),
    ),
    "pod range with Calico": Bad(
        change={"cluster.network": "calico", "machines[0].podRange": GONE},
        at="machines[1].podRange",
        says=("nothing with network calico",),
    ),
    "pod range too small for Calico": Bad(
        change={
            "cluster.network": "calico",
            "cluster.podRange": "10.244.0.0/26",
            "machines[0].podRange": GONE,
            "machines[1].podRange": GONE,
        },
        at="cluster.podRange",
        says=("room for 1 blocks of 64 addresses", "each of the 2 machines"),
    ),
}
