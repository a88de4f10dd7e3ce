"""The Service of a model."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi import Alias, ResourceOptions
from pulumi_kubernetes.core.v1 import Service, ServicePortArgs, ServiceSpecArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

MODEL_SERVER = "metalml:serving:ModelServer"
BLUE_GREEN = "metalml:serving:BlueGreen"
BY_REPLICAS = "metalml:serving:ByReplicas"


def register_service(
    name: str,
    *,
    parent: pulumi.Resource,
    metadata: ObjectMetaArgs,
    selector: Mapping[str, str],
    port: int,
    node_port: int | None,
    after: Sequence[pulumi.Resource],
) -> Service:
    """Register a Service for the pods' port `http`: type NodePort, or ClusterIP without `node_port`.

    It depends on the pods (`after`), because Pulumi awaits a ready endpoint of a Service.
    """
    exposed = node_port is not None
    # With another strategy the same Service has another parent, and so another URN. Without aliases Pulumi
    # would create a second one first, which fails: its name and its NodePort are taken.
    aliases = [
        Alias(parent=pulumi.create_urn(name, kind)) for kind in (MODEL_SERVER, BLUE_GREEN, BY_REPLICAS)
    ]
    return Service(
        name,
        metadata=metadata,
        spec=ServiceSpecArgs(
            type="NodePort" if exposed else "ClusterIP",
            selector=selector,
            # Every node serves the NodePort, also nodes without a pod of this model.
            external_traffic_policy="Cluster" if exposed else None,
            ports=[
                ServicePortArgs(
                    name="http",
                    port=port,
                    target_port="http",
                    node_port=node_port,
                    protocol="TCP",
                    app_protocol="http",
                )
            ],
        ),
        opts=ResourceOptions(
            parent=parent,
            depends_on=list(after),
            aliases=aliases,
            # A replacement with another name would be created first, while the NodePort is still taken.
            delete_before_replace=exposed,
        ),
    )
