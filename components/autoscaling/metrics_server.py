"""metrics-server: how much CPU and memory pods and machines use, behind the API `metrics.k8s.io`."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Output, Resource, ResourceOptions
from pulumi_kubernetes.apiregistration.v1 import (
    APIService,
    APIServiceSpecArgs,
    ServiceReferenceArgs,
)
from pulumi_kubernetes.core.v1 import (
    SecretVolumeSourceArgs,
    Service,
    ServicePortArgs,
    ServiceSpecArgs,
    VolumeArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.rbac.v1 import ClusterRole

from components.autoscaling.controller import API_SERVER_PORT, Controller, ControllerArgs, Probe
from components.autoscaling.rights import SYSTEM, Rights, may
from components.service_certificate import ServiceCertificate, ServiceCertificateArgs

NAME = "metrics-server"
GROUP = "metrics.k8s.io"
API = f"v1beta1.{GROUP}"
PORT = 10250
KUBELET_PORT = 10250
CERTIFICATE_DIRECTORY = "/certificate"
# The authority of the cluster, which also signs what the kubelets serve with; every pod finds it here.
CLUSTER_AUTHORITY = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
# Seconds. An autoscaler asks every 15 s; kubelets measure every 10 to 15 s.
RESOLUTION = 15


@dataclass(frozen=True, kw_only=True)
class MetricsServerArgs:
    """The program, and how many of it."""

    image: str
    replicas: int = 1
    """With one, `kubectl top` and autoscalers pause for half a minute when its machine goes."""
    wait_for: Sequence[Resource] = ()


class MetricsServer(pulumi.ComponentResource):
    """The owner of `metrics.k8s.io`. Everybody in it is verified: kubelets by the authority of the cluster,
    metrics-server by the API server, callers by their own rights."""

    group: Output[str]
    """Name of the API; known once it answers."""

    def __init__(self, name: str, args: MetricsServerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:autoscaling:MetricsServer", name, None, opts)
        child = ResourceOptions(parent=self)
        certificate = ServiceCertificate(
            f"{name}-certificate",
            ServiceCertificateArgs(service=NAME, namespace=SYSTEM, secret=f"{NAME}-certificate"),
            child,
        )
        wanted = controller_args(args, certificate)
        controller = Controller(name, wanted, child)
        ClusterRole(
            f"{name}-readers",
            metadata=ObjectMetaArgs(
                name=f"metalml:{NAME}-readers",
                labels={
                    **wanted.labels,
                    # Whoever may see a namespace's pods may see what they use.
                    **{
                        f"rbac.authorization.k8s.io/aggregate-to-{role}": "true"
                        for role in ("view", "edit", "admin")
                    },
                },
            ),
            rules=[may(("get", "list", "watch"), GROUP, ["pods", "nodes"])],
            opts=child,
        )
        service = Service(
            name,
            metadata=ObjectMetaArgs(name=NAME, namespace=SYSTEM, labels=wanted.labels),
            spec=ServiceSpecArgs(
                selector=wanted.selector,
                ports=[
                    ServicePortArgs(
                        name="https", port=443, target_port="https", protocol="TCP", app_protocol="https"
                    )
                ],
            ),
            # A Service is awaited until it has a ready pod, which can only be after the Deployment.
            opts=ResourceOptions(parent=self, depends_on=[controller.deployment]),
        )
        api = APIService(
            name,
            metadata=ObjectMetaArgs(name=API, labels=wanted.labels),
            spec=APIServiceSpecArgs(
                group=GROUP,
                version="v1beta1",
                service=ServiceReferenceArgs(name=service.metadata.name, namespace=SYSTEM, port=443),
                ca_bundle=certificate.ca_bundle,
                # What Kubernetes' own aggregated APIs are registered with: no group is preferred over it.
                group_priority_minimum=100,
                version_priority=100,
            ),
            opts=ResourceOptions(parent=self),
        )
        self.group = api.metadata.name.apply(lambda _: GROUP)
        self.register_outputs({"group": self.group})


def controller_args(args: MetricsServerArgs, certificate: ServiceCertificate) -> ControllerArgs:
    """What runs, with which rights."""
    return ControllerArgs(
        name=NAME,
        image=args.image,
        args=[
            f"--secure-port={PORT}",
            f"--tls-cert-file={CERTIFICATE_DIRECTORY}/tls.crt",
            f"--tls-private-key-file={CERTIFICATE_DIRECTORY}/tls.key",
            f"--kubelet-certificate-authority={CLUSTER_AUTHORITY}",
            # Machines' names need not be in any DNS; their certificates name this address, too.
            "--kubelet-preferred-address-types=InternalIP",
            "--kubelet-use-node-status-port",
            f"--metric-resolution={RESOLUTION}s",
        ],
        ports={"https": PORT},
        alive=Probe(path="/livez", port="https", scheme="HTTPS"),
        ready=Probe(path="/readyz", port="https", scheme="HTTPS"),
        # Its release's numbers for up to 100 machines.
        requests={"cpu": "100m", "memory": "200Mi"},
        limits={"cpu": "500m", "memory": "400Mi"},
        rights=Rights(
            cluster=[
                may(("get",), "", ["nodes/metrics"]),
                may(("get", "list", "watch"), "", ["pods", "nodes"]),
            ],
            answers_for_api_server=True,
        ),
        asks=(API_SERVER_PORT, KUBELET_PORT),
        replicas=args.replicas,
        mounts={
            CERTIFICATE_DIRECTORY: VolumeArgs(
                name="certificate",
                secret=SecretVolumeSourceArgs(secret_name=certificate.secret, default_mode=0o440),
            )
        },
        wait_for=args.wait_for,
        annotations={"metalml/certificate-sha256": certificate.digest},
    )
