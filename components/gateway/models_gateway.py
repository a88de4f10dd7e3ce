"""The Gateway for requests to models, and the controller that implements it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.core.v1 import Namespace
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.gateway import traefik
from components.gateway.api import Gateway, GatewayClass
from components.gateway.traefik import Traefik, TraefikArgs
from components.kubernetes.crds import Definitions, deliver_definitions
from components.kubernetes.labels import COMMON_LABELS

NAME = "models"
# A separate namespace, so that the controller reads no other Secrets. It has no pods.
NAMESPACE = "gateway"
# The listener's port with other implementations than Traefik.
HTTP_PORT = 80


@dataclass(frozen=True, kw_only=True)
class ModelsGatewayArgs:
    """The Gateway's namespaces, NodePort and GatewayClass."""

    namespaces: Mapping[str, Input[str]]
    """Namespaces with HTTPRoutes, by name; each value is an output of its Namespace object."""
    node_port: int
    """The NodePort of Traefik's Service."""
    class_name: str = traefik.NAME
    traefik_image: str | None = None
    """None: the implementation of that class and the CRDs are installed by other means."""
    replicas: int = 1
    definitions: Definitions | None = None
    """The CRDs of the Gateway API; required with Traefik."""
    models_port: int = 8501
    """TCP port of the model servers' pods."""
    wait_for: Sequence[Resource] = ()

    def __post_init__(self) -> None:
        if bool(self.traefik_image) != bool(self.definitions):
            raise ValueError("traefik_image and definitions must be set together, or neither of them")


class ModelsGateway(pulumi.ComponentResource):
    """A Gateway for the HTTPRoutes of models.

    The order of deletion matters: first the routes and the Gateway, while the controller still runs and
    removes their finalizers; then the controller; then the CRDs.
    """

    gateway: Output[str]
    """Its name, which resolves once the Gateway is Programmed."""

    def __init__(self, name: str, args: ModelsGatewayArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:gateway:ModelsGateway", name, None, opts)
        child = ResourceOptions(parent=self)
        labels = COMMON_LABELS
        namespace = Namespace(
            name,
            metadata=ObjectMetaArgs(
                name=NAMESPACE, labels={**labels, "pod-security.kubernetes.io/enforce": "restricted"}
            ),
            opts=ResourceOptions(parent=self, depends_on=list(args.wait_for)),
        )
        after: list[Resource] = list(args.wait_for)
        if args.traefik_image is not None and args.definitions is not None:
            definitions = deliver_definitions(name, args.definitions, child)
            controller = Traefik(
                traefik.NAME,
                TraefikArgs(
                    image=args.traefik_image,
                    node_port=args.node_port,
                    namespaces={**args.namespaces, NAMESPACE: namespace.metadata.name},
                    models_port=args.models_port,
                    replicas=args.replicas,
                    wait_for=[definitions, *args.wait_for],
                ),
                child,
            )
            after.append(controller.service)
            after.append(
                GatewayClass(
                    args.class_name,
                    name=args.class_name,
                    controller=traefik.CONTROLLER,
                    opts=ResourceOptions(parent=self, depends_on=list(after)),
                )
            )
        gateway = Gateway(
            name,
            metadata=ObjectMetaArgs(
                name=NAME,
                namespace=namespace.metadata.name,
                labels=labels,
                # The provider has no await logic for custom resources; this annotation adds it.
                annotations={"pulumi.com/waitFor": "condition=Programmed"},
            ),
            class_name=args.class_name,
            port=traefik.PORT if args.traefik_image else HTTP_PORT,
            routes_of=list(args.namespaces),
            opts=ResourceOptions(parent=self, depends_on=after),
        )

        self.gateway = gateway.id.apply(lambda _: NAME)
        self.register_outputs({})
