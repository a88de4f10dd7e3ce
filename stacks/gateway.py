"""The platform's Gateway (Gateway API), with Traefik as its controller unless the settings name a class."""

from collections.abc import Mapping
from typing import Any

from pulumi import Input, Output, ResourceOptions

from components.gateway import traefik
from components.gateway.crds import RELEASE, gateway_definitions
from components.gateway.models_gateway import NAMESPACE, ModelsGateway, ModelsGatewayArgs
from components.kubernetes.crds import Definitions
from components.kubernetes.release_file import release_cache
from settings import Settings
from stacks.outputs import ClusterOutputs


def build_gateway(
    settings: Settings, cluster: ClusterOutputs, namespaces: Mapping[str, Output[str]]
) -> Mapping[str, Input[Any]]:
    """Register the Gateway of the settings; returns `name`, `namespace` and `nodePort`, empty without one."""
    wanted = settings.platform.gateway
    if wanted is None:
        return {}
    own_class = wanted.class_name is None
    made = ModelsGateway(
        "gateway",
        ModelsGatewayArgs(
            namespaces=namespaces,
            node_port=wanted.node_port,
            class_name=wanted.class_name or traefik.NAME,
            traefik_image=settings.image(traefik.NAME) if own_class else None,
            definitions=Definitions(
                release=RELEASE,
                objects=gateway_definitions(release_cache()),
                kubeconfig=cluster.kubeconfig,
            )
            if own_class
            else None,
            replicas=wanted.replicas,
            wait_for=cluster.ready,
        ),
        ResourceOptions(provider=cluster.kubernetes),
    )
    return {"name": made.gateway, "namespace": NAMESPACE, "nodePort": wanted.node_port}
