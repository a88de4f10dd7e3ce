"""Traefik, the default implementation of the Gateway API."""

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
# Traefik accepts a listener only if one of its entry points has the same port; without root, ports below 1024
# are not available.
PORT = 8000
PING_PORT = 8082
# Graceful shutdown, in seconds: after SIGTERM Traefik still accepts requests, until all nodes have removed
# the endpoint, and then finishes open requests. Together less than the default terminationGracePeriodSeconds
# of 30.
ACCEPT_SECONDS = 10
FINISH_SECONDS = 15


@dataclass(frozen=True, kw_only=True)
class TraefikArgs:
    """Traefik's image, NodePort and namespaces."""

    image: str
    node_port: int
    namespaces: Mapping[str, Input[str]]
    """Namespaces that it watches, by name; each value is an output of its Namespace object."""
    models_port: int
    """TCP port of its backends' pods."""
    replicas: int = 1
    wait_for: Sequence[Resource] = ()


class Traefik(pulumi.ComponentResource):
    """Traefik in kube-system, with a Service of type NodePort."""

    service: Service

    def __init__(self, name: str, args: TraefikArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:gateway:Traefik", name, None, opts)
        child = ResourceOptions(parent=self)
        bindings = [
            _role_in(name, namespace, created, child) for namespace, created in args.namespaces.items()
        ]
        wanted = controller_args(args, wait_for=[*bindings, *args.wait_for])
        controller = Controller(name, wanted, child)
        self.service = Service(
            name,
            metadata=ObjectMetaArgs(name=NAME, namespace=KUBE_SYSTEM, labels=wanted.labels),
            spec=ServiceSpecArgs(
                type="NodePort",
                selector=wanted.selector,
                # All nodes serve the NodePort, also nodes without a Traefik pod.
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
            # Pulumi waits until a Service has a ready endpoint, and only the Deployment makes one.
            opts=ResourceOptions(parent=self, depends_on=[controller.deployment]),
        )
        self.register_outputs({})


def controller_args(args: TraefikArgs, wait_for: Sequence[Resource]) -> ControllerArgs:
    """Traefik's command line, ports and RBAC."""
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
            # No requests to servers outside the cluster.
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


def _role_in(name: str, namespace: str, created: Input[str], opts: ResourceOptions) -> RoleBinding:
    """A Role per watched namespace, not a ClusterRole: Traefik must read Secrets, or it does not start."""
    metadata = ObjectMetaArgs(name=f"metalml:{name}", namespace=created)
    role = Role(f"{name}-{namespace}", metadata=metadata, rules=_rules(), opts=opts)
    return RoleBinding(
        f"{name}-{namespace}",
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
