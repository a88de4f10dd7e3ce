"""The one Gateway that models are asked through, and the program behind it."""

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
from components.kubernetes.labels import OURS

NAME = "models"
# Of its own, so that the program behind it reads nobody else's Secrets. No pod runs there.
NAMESPACE = "gateway"
# Where other implementations listen.
HTTP_PORT = 80


@dataclass(frozen=True, kw_only=True)
class ModelsGatewayArgs:
    """Whose routes the Gateway takes, and who makes it."""

    namespaces: Mapping[str, Input[str]]
    """Those with routes, by name; each value is known when the namespace is there."""
    node_port: int
    """The port of every node on which it answers."""
    class_name: str = traefik.NAME
    traefik_image: str | None = None
    """None: somebody else installs what makes Gateways of that class, and the kinds with it."""
    replicas: int = 1
    definitions: Definitions | None = None
    """The kinds of the Gateway API, where Traefik is installed."""
    models_port: int = 8501
    wait_for: Sequence[Resource] = ()

    def __post_init__(self) -> None:
        if bool(self.traefik_image) != bool(self.definitions):
            raise ValueError("traefik_image and definitions are given together, or none of them")


class ModelsGateway(pulumi.ComponentResource):
    """A Gateway for the routes of models.

    What is removed goes in an order: the routes and the Gateway first, while the program that lifts their
    finalizers still runs; then the program; the kinds go last.
    """

    gateway: Output[str]
    """Its name; known once somebody listens on it."""

    def __init__(self, name: str, args: ModelsGatewayArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:gateway:ModelsGateway", name, None, opts)
        child = ResourceOptions(parent=self)
        labels = OURS
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
            program = Traefik(
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
            after.append(program.service)
            after.append(
                GatewayClass(
                    args.class_name,
                    name=args.class_name,
                    controller=traefik.CONTROLLER,
                    opts=ResourceOptions(parent=self, depends_on=list(after)),
                )
            )
        made = Gateway(
            name,
            metadata=ObjectMetaArgs(
                name=NAME,
                namespace=namespace.metadata.name,
                labels=labels,
                # Objects of this kind are not waited for unless they say what to wait for.
                annotations={"pulumi.com/waitFor": "condition=Programmed"},
            ),
            class_name=args.class_name,
            port=traefik.PORT if args.traefik_image else HTTP_PORT,
            routes_of=list(args.namespaces),
            opts=ResourceOptions(parent=self, depends_on=after),
        )

        self.gateway = made.id.apply(lambda _: NAME)
        self.register_outputs({})
