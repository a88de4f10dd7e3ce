"""What each layer gives to the one above it, and under which names a stack exports it.

A layer's outputs come from the same program or, through a StackReference, from another stack. In the second
case everything is a pulumi Output, also what decides structure in the first. The methods here answer by name
in both cases, so a layer cannot tell where its upstream came from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pulumi
from pulumi import Input, Output
from pulumi_kubernetes import Provider

from components.machines.machine import Machine
from components.ssh.connection import Connection
from settings.machines import Role
from settings.priority import Priority

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ClusterOutputs:
    """A cluster that is up."""

    cluster_name: Input[str]
    api_endpoint: Input[str]
    """host:port"""
    kubeconfig: Output[str]
    """Of an administrator: always a secret."""
    kubernetes_version: Input[str]
    machines: Mapping[str, Machine] | Output[Mapping[str, Any]]
    """By name. An Output has them as `exports` wrote them."""
    kubernetes: Provider
    """For all objects of this stack on the cluster."""
    ready: tuple[pulumi.Resource, ...] = ()
    """What must be done before a layer above touches the cluster; none for a cluster of another stack."""

    def machine(self, name: str) -> Connection:
        """How to reach the machine of that name."""
        if not isinstance(self.machines, Output):
            return _by_name(self.machines, name, "machine").connection
        found = self.machines.apply(lambda machines: _by_name(machines, name, "machine"))
        return _connection(name, found)

    def control_plane(self) -> Connection:
        """How to reach the first of the control planes."""
        if not isinstance(self.machines, Output):
            return next(
                machine.connection
                for _, machine in sorted(self.machines.items())
                if machine.role == Role.CONTROL_PLANE
            )
        found = self.machines.apply(
            lambda machines: next(
                machine for _, machine in sorted(machines.items()) if machine["role"] == Role.CONTROL_PLANE
            )
        )
        return _connection(Role.CONTROL_PLANE.value, found)

    def machine_names(self) -> Output[Sequence[str]]:
        """The names of all machines, sorted."""
        if not isinstance(self.machines, Output):
            return Output.from_input(sorted(self.machines))
        return self.machines.apply(sorted)

    def addresses(self) -> Output[Sequence[str]]:
        """The addresses of all machines, sorted by the machines' names."""
        if not isinstance(self.machines, Output):
            return Output.from_input([machine.address for _, machine in sorted(self.machines.items())])
        return self.machines.apply(lambda machines: [machines[name]["address"] for name in sorted(machines)])

    def exports(self) -> dict[str, Input[Any]]:
        """What the stack shows, and what `stacks.references` reads back."""
        machines = self.machines
        return {
            "clusterName": self.cluster_name,
            "apiEndpoint": self.api_endpoint,
            "kubeconfig": Output.secret(self.kubeconfig),
            "kubernetesVersion": self.kubernetes_version,
            "machines": machines
            if isinstance(machines, Output)
            else {name: _exported(machine) for name, machine in machines.items()},
        }


def _connection(name: str, exported: Output[Any]) -> Connection:
    return Connection(
        name=name,
        address=exported["address"],
        ssh_port=exported["sshPort"],
        user=exported["user"],
        private_key_file=exported["privateKeyFile"],
        host_key=exported["hostKey"],
    )


def _exported(machine: Machine) -> dict[str, Any]:
    connection = machine.connection
    return {
        "role": machine.role,
        "address": machine.address,
        "sshPort": machine.ssh_port,
        "user": connection.user,
        "privateKeyFile": connection.private_key_file,
        "hostKey": connection.host_key,
        "gpu": machine.gpu,
        "labels": dict(machine.labels),
    }


@dataclass(frozen=True, kw_only=True)
class PlatformOutputs:
    """What the cluster offers to those who use it."""

    namespaces: Mapping[str, Output[str]] | Output[Sequence[str]]
    """By name; each value is known when the namespace is there."""
    teams: Mapping[str, Any] | Output[Mapping[str, Any]]
    """By name, too: each team's `group`, and its `quota` by the names of a ResourceQuota."""
    priorities: Mapping[Priority, Output[str]] | Output[Sequence[str]]
    """By name, too: the PriorityClasses that pods may have."""
    scaling_apis: Mapping[str, Output[str]] | Output[Sequence[str]]
    """By name, too: the API groups that give autoscalers figures, and those that act on autoscalers."""
    queues: Mapping[str, Output[str]] = field(default_factory=dict)
    """By team: the name of its LocalQueue, known when Jobs can wait in it; empty for another stack's
    platform."""
    next_spare_machines: Mapping[str, Output[str | None]] = field(default_factory=dict)
    """By group of spare machines: which is the next."""

    gateway: Mapping[str, Input[Any]] | Output[Mapping[str, Any]]
    """`name`, `namespace` and `nodePort` of the Gateway that models are asked through; empty without one."""

    monitoring: Mapping[str, Input[Any]] | Output[Mapping[str, Any]]
    """`namespace` and `url` of Prometheus, `pushUrl` for those who end before it comes by, and where
    `runbooks` and `dashboards` are; empty where nobody looks."""

    logging: Mapping[str, Output[str]] = field(default_factory=dict)
    """`kibana`: its address, known when it answers; `namespace`: where it is. Empty without one, and for
    another stack's platform."""

    def models_gateway(self) -> Output[Mapping[str, Any]]:
        """The gateway, known only when it listens; an error where there is none."""

        def there(gateway: Mapping[str, Any]) -> Mapping[str, Any]:
            if not gateway:
                raise pulumi.RunError(
                    "the stack that owns the platform has no gateway, which a model's rollout needs: "
                    "add gateway: {} to its metalml:platform, or choose splitBy: replicas"
                )
            return gateway

        return Output.from_input(self.gateway).apply(there)

    def monitored(self) -> Output[Mapping[str, Any]]:
        """What there is of monitoring, known only when it works; an error where there is none."""

        def there(monitoring: Mapping[str, Any]) -> Mapping[str, Any]:
            if not monitoring:
                raise pulumi.RunError(
                    "the stack that owns the platform has no monitoring, which objectives, evaluations "
                    "and reports need: add monitoring: {} to its metalml:platform, or leave them out"
                )
            return monitoring

        return Output.from_input(self.monitoring).apply(there)

    def push_url(self) -> Output[str]:
        """Of the Pushgateway, known only when it answers."""
        return self.monitored()["pushUrl"]

    def team_names(self) -> Output[Sequence[str]]:
        """The names of the teams, which are those of their namespaces."""
        if not isinstance(self.teams, Output):
            return Output.from_input(list(self.teams))
        return self.teams.apply(list)

    def namespace(self, name: str) -> Output[str]:
        """The name again, known only when the namespace of that name is there."""
        return _when_there(self.namespaces, name, "namespace")

    def queue(self, namespace: str, name: str) -> Input[str]:
        """The name of a LocalQueue again; of one that this stack makes, known only when it is there."""
        made = self.queues.get(namespace)
        return name if made is None else made.apply(lambda _: name)

    def priority(self, name: Priority) -> Output[str]:
        """The name again, known only when the PriorityClass of that name is there."""
        return _when_there(self.priorities, name, "priority")

    def scaling_api(self, name: str) -> Output[str]:
        """The name again, known only when what stands behind that API group works."""
        return _when_there(self.scaling_apis, name, "API group for autoscaling")

    def exports(self) -> dict[str, Input[Any]]:
        """What the stack shows, and what `stacks.references` reads back."""
        return {
            "namespaces": _names(self.namespaces),
            "teams": self.teams,
            "priorities": _names(self.priorities),
            "gateway": self.gateway,
            "scalingApis": _names(self.scaling_apis),
            "monitoring": self.monitoring,
            **({"queues": dict(self.queues)} if self.queues else {}),
            **({"logging": dict(self.logging)} if self.logging else {}),
            **({"machinesToRent": dict(self.next_spare_machines)} if self.next_spare_machines else {}),
        }


@dataclass(frozen=True, kw_only=True)
class ModelsOutputs:
    """What answers predictions."""

    prediction_urls: Mapping[str, Output[Sequence[str]]]
    """By model: the same prediction, asked of each machine of the cluster."""
    training_jobs: Mapping[str, Output[str]] = field(default_factory=dict)
    """By name: `<namespace>/<job>`."""

    def exports(self) -> dict[str, Input[Any]]:
        """What the stack shows."""
        shown: dict[str, Input[Any]] = {"predictionUrls": dict(self.prediction_urls)}
        if self.training_jobs:
            shown["trainingJobs"] = dict(self.training_jobs)
        return shown


def _names(things: Mapping[Any, Output[str]] | Output[Sequence[str]]) -> Input[Any]:
    return things if isinstance(things, Output) else list(things.values())


def _when_there(
    things: Mapping[Any, Output[str]] | Output[Sequence[str]], name: str, what: str
) -> Output[str]:
    if not isinstance(things, Output):
        return _by_name(things, name, what)
    return things.apply(lambda names: _by_name({there: there for there in names}, name, what))


def _by_name(things: Mapping[str, T], name: str, what: str) -> T:
    if name not in things:
        there = ", ".join(sorted(things)) or "none"
        raise pulumi.RunError(f"the stack that owns the layer below has no {what} {name!r}; it has {there}")
    return things[name]
