"""Network policies of the namespace of logging."""

from collections.abc import Sequence

from pulumi import ResourceOptions
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.kubernetes.network_policy import Allow, network_policy
from components.logging.names import NAMESPACE, labels_of, selector_of


def register_policy(
    name: str, ingress: Sequence[Allow], egress: Sequence[Allow], opts: ResourceOptions
) -> NetworkPolicy:
    """Register the network policy of a component's pods: only this ingress and egress is allowed."""
    return network_policy(
        name,
        ObjectMetaArgs(name=name, namespace=NAMESPACE, labels=labels_of(name)),
        LabelSelectorArgs(match_labels=selector_of(name)),
        ingress=ingress,
        egress=egress,
        opts=opts,
    )
