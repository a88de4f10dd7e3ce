"""What each layer gives to the one above it, and under which names a stack exports it.

A layer's outputs come from the same program or, through a StackReference, from another stack; then all values
are pulumi Outputs. Whatever a layer asks for by name is therefore a function here, and a layer cannot tell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import Input, Output
from pulumi_kubernetes import Provider

from components.machines.machine import Connection


@dataclass(frozen=True, kw_only=True)
class ClusterOutputs:
    """A cluster that is up."""

    name: Input[str]
    api_endpoint: Input[str]
    """host:port"""
    kubeconfig: Output[str]
    """Of an administrator: always a secret."""
    kubernetes_version: Input[str]
    addresses: Input[Sequence[str]]
    """Of all machines."""
    machines: Input[Sequence[Any]]
    """As they are exported."""
    connection_to: Callable[[str], Connection]
    """How to reach the machine of that name."""
    kubernetes: Provider
    """For all objects of this stack on the cluster."""
    after: tuple[pulumi.Resource, ...] = ()
    """What must be done before a layer above touches the cluster; none for a cluster of another stack."""

    def exports(self) -> dict[str, Input[Any]]:
        """What the stack shows, and what `stacks.references` reads back."""
        return {
            "clusterName": self.name,
            "apiEndpoint": self.api_endpoint,
            "kubeconfig": Output.secret(self.kubeconfig),
            "kubernetesVersion": self.kubernetes_version,
            "machines": self.machines,
        }


@dataclass(frozen=True, kw_only=True)
class PlatformOutputs:
    """What the cluster offers to those who use it."""

    namespaces: Input[Sequence[Input[str]]]
    """As they are exported."""
    namespace: Callable[[str], Output[str]]
    """The name again, known only when the namespace of that name is there."""

    def exports(self) -> dict[str, Input[Any]]:
        """What the stack shows, and what `stacks.references` reads back."""
        return {"namespaces": self.namespaces}


@dataclass(frozen=True, kw_only=True)
class ModelsOutputs:
    """What answers predictions."""

    prediction_urls: dict[str, Output[Sequence[str]]]
    """By model: the same prediction, asked of each machine of the cluster."""

    def exports(self) -> dict[str, Input[Any]]:
        """What the stack shows."""
        return {"predictionUrls": self.prediction_urls}
