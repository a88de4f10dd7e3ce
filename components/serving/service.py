"""The Service by which a model is asked."""

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
    """Register a Service over the pods' port `http`; without `node_port` the cluster alone reaches it.

    It comes after the pods, because a Service is awaited until one of them is ready.
    """
    outside = node_port is not None
    # With another strategy it has another parent. It is still the same Service: a second one would be
    # refused, since its name and its port are taken.
    elsewhere = [
        Alias(parent=pulumi.create_urn(name, kind)) for kind in (MODEL_SERVER, BLUE_GREEN, BY_REPLICAS)
    ]
    return Service(
        name,
        metadata=metadata,
        spec=ServiceSpecArgs(
            type="NodePort" if outside else "ClusterIP",
            selector=selector,
            # Every node answers on the port, also the ones without a pod of this model.
            external_traffic_policy="Cluster" if outside else None,
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
            aliases=elsewhere,
            # One of another name would be made before this one goes, and the port is still taken then.
            delete_before_replace=outside,
        ),
    )
