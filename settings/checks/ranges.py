"""Rules about address ranges: two that overlap send packets to the wrong place, silently."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import combinations
from pathlib import Path

from settings.checks.finding import known, mistake, present
from settings.cluster import PodNetwork
from settings.errors import Mistake
from settings.machines import MachineSettings, Provider
from settings.paths import SettingPath, at, each
from settings.stack import Settings

ANYWHERE = IPv4Network("0.0.0.0/0")
# kube-apiserver refuses a service range of more than 20 bits; below 16 addresses the fixed ones do not fit.
SERVICE_PREFIXES = range(12, 29)
# Six usable addresses: this computer's end of the network, and machines.
SMALLEST_LOCAL_PREFIX = 29


def cluster_ranges_apart(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Machines, pods and Services are told apart by address alone."""
    cluster = settings.cluster
    ranges = {
        at.cluster.machine_range: cluster.machine_range,
        at.cluster.pod_range: cluster.pod_range,
        at.cluster.service_range: cluster.service_range,
    }
    for (first, one), (second, other) in combinations(ranges.items(), 2):
        if present(one, other) and one.overlaps(other):
            yield mistake(
                second, f"{other}, which overlaps {first} {one}", "ranges that share no address", "move one"
            )


def service_range_size(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The API server does not start with a service range that is too large, kubeadm with one too small."""
    service_range = settings.cluster.service_range
    if known(service_range) and service_range.prefixlen not in SERVICE_PREFIXES:
        smallest, largest = SERVICE_PREFIXES.stop - 1, SERVICE_PREFIXES.start
        yield mistake(
            at.cluster.service_range,
            service_range,
            f"a range from /{largest} to /{smallest}",
            "choose another size",
        )


def machine_addresses(settings: Settings, _: Path) -> Iterator[Mistake]:
    """A machine's address lies in the network it stands in, and never in what pods and Services use."""
    cluster = settings.cluster
    for path, machine in each(settings.machines, at.machines):
        address, place = machine.address, path.address
        if not known(address):
            continue
        for other, taken in (
            (at.cluster.pod_range, cluster.pod_range),
            (at.cluster.service_range, cluster.service_range),
        ):
            if known(taken) and address in taken:
                yield mistake(
                    place,
                    f"{address}, inside {other} {taken}",
                    f"an address outside {taken}",
                    "move one",
                )
        yield from _stands_in(cluster.machine_range, machine, place)


def _stands_in(network: IPv4Network | None, machine: MachineSettings, path: SettingPath) -> Iterator[Mistake]:
    if network is None or not known(network, machine.provider):
        return
    # The firewall takes whoever has an address in the range for a machine of the cluster, and nobody else.
    first, last = network[0], network[-1]
    if machine.provider is Provider.LOCAL and network.prefixlen <= SMALLEST_LOCAL_PREFIX:
        # The network's own address, this computer's end of it, and the broadcast address are taken.
        first, last = network[2], network[-2]
    if not first <= machine.address <= last:
        yield mistake(
            path,
            machine.address,
            f"an address inside cluster.machineRange {network}, from {first} to {last}",
            "correct the address or the range; for servers in several networks leave machineRange out",
        )


def machine_range_for_local(settings: Settings, _: Path) -> Iterator[Mistake]:
    """Local machines are put on a network that is made for them, with room for this computer's own end."""
    network = settings.cluster.machine_range
    if not any(machine.provider is Provider.LOCAL for machine in settings.machines) or not known(network):
        return
    if network is None:
        yield mistake(
            at.cluster.machine_range,
            "missing, and there are local machines",
            "an IPv4 range for the machines' network, such as 10.77.0.0/24",
            "add a range that this computer does not use yet",
        )
    elif network.prefixlen > SMALLEST_LOCAL_PREFIX:
        yield mistake(
            at.cluster.machine_range,
            network,
            f"a range of /{SMALLEST_LOCAL_PREFIX} or larger for local machines",
            "choose a larger one, such as 10.77.0.0/24",
        )


def machine_pod_ranges(settings: Settings, _: Path) -> Iterator[Mistake]:
    """The routed network needs one range per machine, inside the cluster's; Calico hands out its own."""
    cluster = settings.cluster
    if not known(cluster, cluster.network, settings.machines):
        return
    for path, machine in each(settings.machines, at.machines):
        pods, place = machine.pod_range, path.pod_range
        if not known(machine, pods):
            continue
        if cluster.network is PodNetwork.CALICO:
            if pods is not None:
                yield mistake(
                    place, pods, "nothing with network calico", "remove it: Calico divides podRange itself"
                )
            continue
        if pods is None:
            yield mistake(
                place,
                "missing",
                "a range of the machine's own with network routed",
                "add one, such as 10.244.11.0/24",
            )
            continue
        if known(cluster.pod_range) and not pods.subnet_of(cluster.pod_range):
            yield mistake(
                place, pods, f"a part of cluster.podRange {cluster.pod_range}", "choose a part of it"
            )
        # Network, bridge and broadcast addresses are not for pods.
        room, wanted = pods.num_addresses - 3, cluster.kubelet.max_pods
        if known(wanted) and room < wanted:
            yield mistake(
                place,
                f"{pods}, room for {max(room, 0)} pods",
                f"room for cluster.kubelet.maxPods, which is {wanted}",
                "choose a larger range or fewer pods",
            )
    yield from _overlapping_pod_ranges(settings)


def _overlapping_pod_ranges(settings: Settings) -> Iterator[Mistake]:
    given = [
        (path.pod_range, machine.pod_range)
        for path, machine in each(settings.machines, at.machines)
        if present(machine, machine.pod_range)
    ]
    for (first, one), (second, other) in combinations(given, 2):
        if one is not None and other is not None and one.overlaps(other):
            yield mistake(
                second, f"{other}, which overlaps {first} {one}", "a range of the machine's own", "move one"
            )


def firewall_ranges(settings: Settings, _: Path) -> Iterator[Mistake]:
    """SSH and the API server are not for everybody, and a firewall that lets nobody in is a trap."""
    ranges = settings.cluster.firewall.admin_ranges
    if not known(settings.cluster, ranges):
        return
    path, allowed = at.cluster.firewall.admin_ranges, "one or more ranges that your own computers are in"
    if not ranges:
        yield mistake(path, "empty", allowed, "add this computer's address with /32, as the machines see it")
    for place, admin in each(ranges, path):
        if known(admin) and admin == ANYWHERE:
            yield mistake(
                place,
                admin,
                allowed,
                "name the ranges; from changing addresses, use a bastion or a VPN",
            )


CHECKS = (
    cluster_ranges_apart,
    service_range_size,
    machine_addresses,
    machine_range_for_local,
    machine_pod_ranges,
    firewall_ranges,
)
