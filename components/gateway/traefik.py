"""Traefik: the implementation of the Gateway API that is installed where there is no other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Resource, ResourceOptions
from pulumi_kubernetes.core.v1 import Service, ServicePortArgs, ServiceSpecArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgs, Role, RoleBinding, RoleRefArgs, SubjectArgs

from components.kubernetes.controller import API_SERVER_PORT, Controller, ControllerArgs, Probe
from components.kubernetes.rbac import KUBE_SYSTEM, RBAC_API_GROUP, RbacRules, policy_rule

NAME = "traefik"
CONTROLLER = "traefik.io/gateway-controller"
GROUP = "gateway.networking.k8s.io"
# Traefik takes a Gateway's listener only where one of its own entry points has the same port, and as a user
# who is not root it can have none below 1024.
PORT = 8000
PING_PORT = 8082
# Seconds that it goes on taking requests after it was told to go, until every node has heard of it, and then
# for those that it has taken. Together below the 30 that a pod has by default.
ACCEPT_SECONDS = 10
FINISH_SECONDS = 15


@dataclass(frozen=True, kw_only=True)
class TraefikArgs:
    """The program, where it answers, and whose routes it reads."""

    image: str
    node_port: int
    namespaces: Mapping[str, Input[str]]
    """Those that it watches, by name; each value is known when the namespace is there."""
    models_port: int
    """TCP port of the pods that it sends requests to."""
    replicas: int = 1
    wait_for: Sequence[Resource] = ()


class Traefik(pulumi.ComponentResource):
    """Traefik in kube-system, behind one port of every node."""

    service: Service

    def __init__(self, name: str, args: TraefikArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:gateway:Traefik", name, None, opts)
        child = ResourceOptions(parent=self)
        bindings = [_role_in(name, space, there, child) for space, there in args.namespaces.items()]
        wanted = controller_args(args, wait_for=[*bindings, *args.wait_for])
        controller = Controller(name, wanted, child)
        self.service = Service(
            name,
            metadata=ObjectMetaArgs(name=NAME, namespace=KUBE_SYSTEM, labels=wanted.labels),
            spec=ServiceSpecArgs(
                type="NodePort",
                selector=wanted.selector,
                # Every node answers on the port, also the ones without a pod of it.
                external_traffic_policy="Cluster",
                ports=[
                    ServicePortArgs(
                        name="web",
                        port=80,
                        target_port="web",
                        node_port=args.node_port,
                        protocol="TCP",
                        app_protocol="http",
                    )
                ],
            ),
            # A Service is awaited until it has a ready pod, which can only be after the Deployment.
            opts=ResourceOptions(parent=self, depends_on=[controller.deployment]),
        )
        self.register_outputs({})


def controller_args(args: TraefikArgs, wait_for: Sequence[Resource]) -> ControllerArgs:
    """What runs, with which rights."""
    lifecycle = "--entrypoints.web.transport.lifecycle"
    return ControllerArgs(
        name=NAME,
        component="gateway",
        image=args.image,
        args=[
            f"--entrypoints.web.address=:{PORT}",
            f"{lifecycle}.requestacceptgracetimeout={ACCEPT_SECONDS}s",
            f"{lifecycle}.gracetimeout={FINISH_SECONDS}s",
            f"--entrypoints.ping.address=:{PING_PORT}",
            "--ping=true",
            "--ping.entrypoint=ping",
            "--providers.kubernetesgateway=true",
            f"--providers.kubernetesgateway.namespaces={','.join(args.namespaces)}",
            # It calls nobody but the cluster.
            "--global.checknewversion=false",
            "--global.sendanonymoususage=false",
            "--log.level=INFO",
        ],
        ports={"web": PORT, "ping": PING_PORT},
        liveness=Probe(path="/ping", port="ping"),
        readiness=Probe(path="/ping", port="ping"),
        requests={"cpu": "100m", "memory": "128Mi"},
        limits={"cpu": "1", "memory": "512Mi"},
        rbac=RbacRules(
            cluster=[
                policy_rule(("list", "watch"), "", ["namespaces"]),
                policy_rule(("get", "list", "watch"), GROUP, ["gatewayclasses"]),
                policy_rule(("update",), GROUP, ["gatewayclasses/status"]),
            ]
        ),
        egress_ports=(API_SERVER_PORT, args.models_port),
        replicas=args.replicas,
        wait_for=wait_for,
    )


def _role_in(name: str, space: str, there: Input[str], opts: ResourceOptions) -> RoleBinding:
    """Its rights in one namespace, and in no other: it cannot start where it may not read Secrets."""
    metadata = ObjectMetaArgs(name=f"metalml:{name}", namespace=there)
    role = Role(f"{name}-{space}", metadata=metadata, rules=_rules(), opts=opts)
    return RoleBinding(
        f"{name}-{space}",
        metadata=metadata,
        role_ref=RoleRefArgs(api_group=RBAC_API_GROUP, kind="Role", name=role.metadata.name),
        subjects=[SubjectArgs(kind="ServiceAccount", name=NAME, namespace=KUBE_SYSTEM)],
        opts=opts,
    )


def _rules() -> list[PolicyRuleArgs]:
    read, kinds = ("get", "list", "watch"), ["gateways", "httproutes", "grpcroutes"]
    return [
        policy_rule(read, "", ["services", "secrets"]),
        policy_rule(read, "discovery.k8s.io", ["endpointslices"]),
        policy_rule(read, GROUP, [*kinds, "referencegrants"]),
        policy_rule(("update",), GROUP, [f"{kind}/status" for kind in kinds]),
    ]
