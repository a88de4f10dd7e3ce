"""Machines: from the settings to Machine and FirewallArgs."""

import pulumi

from components.gpu.node_labels import TAINT, gpu_labels
from components.machines.firewall_rules import FirewallArgs
from components.machines.local import LocalMachine, LocalMachineArgs
from components.machines.machine import Machine
from components.ssh.connection import Connection
from settings import MachineSettings, PodNetwork, Provider, Settings


def machine_of(settings: Settings, given: MachineSettings) -> Machine:
    """An existing server, or a new local machine, by the provider of the settings."""
    cluster = settings.cluster
    address = str(given.address)
    pod_range = None if given.pod_range is None else str(given.pod_range)
    host_key: pulumi.Input[str] = given.host_key or ""
    made_by: tuple[pulumi.Resource, ...] = ()
    if given.provider is Provider.LOCAL:
        local = LocalMachine(
            given.name,
            LocalMachineArgs(
                cluster=cluster.name,
                address=address,
                pod_range=pod_range,
                root=cluster.local_machines.root,
                network=cluster.local_machines.network,
                machine_range=str(cluster.machine_range),
                public_key_of=given.private_key_file or "",
            ),
        )
        host_key, made_by = local.host_key.apply(str.strip), (local.container,)
    return Machine(
        connection=Connection(
            name=given.name,
            address=address,
            ssh_port=given.ssh_port,
            user=given.user,
            private_key_file=given.private_key_file or "",
            host_key=host_key,
            made_by=made_by,
        ),
        role=given.role.value,
        address=address,
        ssh_port=given.ssh_port,
        gpu=given.gpu is not None,
        labels=_labels(given),
        taints=_taints(given),
        pod_range=pod_range,
    )


def firewall_of(settings: Settings) -> FirewallArgs:
    """The firewall rules of all machines: the clients of their ports."""
    cluster = settings.cluster
    rules = cluster.firewall
    machines = (
        (str(cluster.machine_range),)
        if cluster.machine_range is not None
        else tuple(f"{machine.address}/32" for machine in settings.machines)
    )
    return FirewallArgs(
        admins=tuple(map(str, rules.admin_ranges)),
        node_port_clients=tuple(map(str, rules.node_port_ranges)),
        scrapers=tuple(map(str, rules.scrape_ranges)),
        machines=machines,
        control_planes=tuple(f"{machine.address}/32" for machine in settings.control_planes),
        pods=str(cluster.pod_range),
        vxlan=cluster.network is PodNetwork.CALICO,
    )


def _labels(given: MachineSettings) -> dict[str, str]:
    return given.labels if given.gpu is None else gpu_labels(given.gpu) | given.labels


def _taints(given: MachineSettings) -> tuple[tuple[str, str, str], ...]:
    taints = tuple((taint.key, taint.value, taint.effect.value) for taint in given.taints)
    # The API server rejects taints with the same key and effect; the taint of the settings takes precedence.
    named = any((key, effect) == (TAINT[0], TAINT[2]) for key, _, effect in taints)
    return taints if given.gpu is None or not given.gpu.dedicated or named else (*taints, TAINT)
