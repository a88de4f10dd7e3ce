"""The outputs of each layer for the layer above it, and the names of its stack outputs.

A layer's outputs come from the same program or, through a StackReference, from another stack. In the second
case all values are pulumi Outputs, also those that are plain mappings in the first. The methods here look up
by name in both cases, so a layer does not depend on the origin of its inputs.
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
    """A running cluster."""

    cluster_name: Input[str]
    api_endpoint: Input[str]
    """host:port"""
    kubeconfig: Output[str]
    """The administrator's kubeconfig: always a secret."""
    kubernetes_version: Input[str]
    machines: Mapping[str, Machine] | Output[Mapping[str, Any]]
    """By name. An Output has the format of `exports`."""
    kubernetes: Provider
    """The provider for all objects of this stack in the cluster."""
    ready: tuple[pulumi.Resource, ...] = ()
    """Dependencies of all resources of layers above; empty for a cluster of another stack."""

    def machine(self, name: str) -> Connection:
        """The SSH connection to the machine of that name."""
        if not isinstance(self.machines, Output):
            return _by_name(self.machines, name, "machine").connection
        found = self.machines.apply(lambda machines: _by_name(machines, name, "machine"))
        return _connection(name, found)

    def control_plane(self) -> Connection:
        """The SSH connection to the first control plane machine."""
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
        """The stack outputs of the layer, which `stacks.references` reads."""
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
    """The shared services, namespaces and teams of a cluster."""

    namespaces: Mapping[str, Output[str]] | Output[Sequence[str]]
    """By name; each value resolves once the namespace exists."""
    teams: Mapping[str, Any] | Output[Mapping[str, Any]]
    """By name: each team's `group`, and its `quota` by the resource names of a ResourceQuota."""
    priorities: Mapping[Priority, Output[str]] | Output[Sequence[str]]
    """By name: the PriorityClasses of pods."""
    scaling_apis: Mapping[str, Output[str]] | Output[Sequence[str]]
    """By name: the metrics API groups, and the API groups of autoscalers."""
    queues: Mapping[str, Output[str]] = field(default_factory=dict)
    """By team: the name of its LocalQueue, which resolves once Jobs can be submitted to it; empty for another
    stack's platform."""
    next_spare_machines: Mapping[str, Output[str | None]] = field(default_factory=dict)
    """By group of spare machines: the next one that is not in the cluster."""

    gateway: Mapping[str, Input[Any]] | Output[Mapping[str, Any]]
    """`name`, `namespace` and `nodePort` of the Gateway for the models' HTTPRoutes; empty without one."""

    monitoring: Mapping[str, Input[Any]] | Output[Mapping[str, Any]]
    """`namespace` and `url` of Prometheus, `pushUrl` of the Pushgateway for short-lived jobs, and the base
    URLs of `runbooks` and `dashboards`; empty without monitoring."""

    logging: Mapping[str, Output[str]] = field(default_factory=dict)
    """`kibana`: its URL, which resolves once Kibana is ready, and its `namespace`. Empty without Kibana, and
    for another stack's platform."""

    def models_gateway(self) -> Output[Mapping[str, Any]]:
        """The Gateway; resolves once it is programmed. Raises RunError without a Gateway."""

        def there(gateway: Mapping[str, Any]) -> Mapping[str, Any]:
            if not gateway:
                raise pulumi.RunError(
                    "the stack that owns the platform has no gateway, which a model's rollout needs: "
                    "add gateway: {} to its metalml:platform, or choose splitBy: replicas"
                )
            return gateway

        return Output.from_input(self.gateway).apply(there)

    def monitored(self) -> Output[Mapping[str, Any]]:
        """The outputs of monitoring; resolve once it is ready. Raises RunError without monitoring."""

        def there(monitoring: Mapping[str, Any]) -> Mapping[str, Any]:
            if not monitoring:
                raise pulumi.RunError(
                    "the stack that owns the platform has no monitoring, which objectives, evaluations "
                    "and reports need: add monitoring: {} to its metalml:platform, or leave them out"
                )
            return monitoring

        return Output.from_input(self.monitoring).apply(there)

    def push_url(self) -> Output[str]:
        """URL of the Pushgateway; resolves once it is ready."""
        return self.monitored()["pushUrl"]

    def team_names(self) -> Output[Sequence[str]]:
        """The names of the teams, which are the names of their namespaces."""
        if not isinstance(self.teams, Output):
            return Output.from_input(list(self.teams))
        return self.teams.apply(list)

    def namespace(self, name: str) -> Output[str]:
        """The same name; resolves once the namespace exists."""
        return _when_there(self.namespaces, name, "namespace")

    def queue(self, namespace: str, name: str) -> Input[str]:
        """The same name of a LocalQueue; resolves once it exists, if this stack creates it."""
        made = self.queues.get(namespace)
        return name if made is None else made.apply(lambda _: name)

    def priority(self, name: Priority) -> Output[str]:
        """The same name; resolves once the PriorityClass exists."""
        return _when_there(self.priorities, name, "priority")

    def scaling_api(self, name: str) -> Output[str]:
        """The same name; resolves once the API group is served."""
        return _when_there(self.scaling_apis, name, "API group for autoscaling")

    def exports(self) -> dict[str, Input[Any]]:
        """The stack outputs of the layer, which `stacks.references` reads."""
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
    """The served models and the training jobs."""

    prediction_urls: Mapping[str, Output[Sequence[str]]]
    """By model: the URLs of its predict API, one for each node of the cluster."""
    training_jobs: Mapping[str, Output[str]] = field(default_factory=dict)
    """By name: `<namespace>/<job>`."""

    def exports(self) -> dict[str, Input[Any]]:
        """The stack outputs of the layer."""
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
