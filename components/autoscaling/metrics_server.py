"""metrics-server: CPU and memory usage of pods and nodes, through the API `metrics.k8s.io`."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Output, Resource, ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.rbac.v1 import ClusterRole

from components.kubernetes.aggregated_api import CERTIFICATE_FLAGS, register_apis
from components.kubernetes.controller import API_SERVER_PORT, Controller, ControllerArgs, Probe
from components.kubernetes.rbac import KUBE_SYSTEM, RbacRules, policy_rule
from components.kubernetes.service_certificate import (
    CERTIFICATE_DIRECTORY,
    ServiceCertificate,
    ServiceCertificateArgs,
    certificate_volume,
)

NAME = "metrics-server"
GROUP = "metrics.k8s.io"
PORT = 10250
KUBELET_PORT = 10250
# The cluster CA, which also signs the kubelets' serving certificates; mounted in every pod with a token.
CLUSTER_CA = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
# Seconds. HPAs query every 15 s; kubelets measure every 10 to 15 s.
RESOLUTION = 15


@dataclass(frozen=True, kw_only=True)
class MetricsServerArgs:
    """metrics-server's image and number of replicas."""

    image: str
    replicas: int = 1
    """With 1, `kubectl top` and HPAs have no metrics for half a minute when its node fails."""
    wait_for: Sequence[Resource] = ()
    namespaces: Sequence[Resource] = ()
    """Deleted after the APIService (see `register_apis`)."""


class MetricsServer(pulumi.ComponentResource):
    """metrics-server, registered for `metrics.k8s.io`.

    All connections are authenticated: metrics-server verifies the kubelets' certificates by the cluster CA,
    the API server verifies metrics-server by its caBundle, and clients are authorized by RBAC.
    """

    group: Output[str]
    """The API group's name, which resolves once its APIService is Available."""

    def __init__(self, name: str, args: MetricsServerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:autoscaling:MetricsServer", name, None, opts)
        child = ResourceOptions(parent=self)
        certificate = ServiceCertificate(
            f"{name}-certificate",
            ServiceCertificateArgs(service=NAME, namespace=KUBE_SYSTEM, secret=f"{NAME}-certificate"),
            child,
        )
        wanted = _controller_args(args, certificate)
        controller = Controller(name, wanted, child)
        roles = ("view", "edit", "admin")
        ClusterRole(
            f"{name}-readers",
            metadata=ObjectMetaArgs(
                name=f"metalml:{NAME}-readers",
                labels={
                    **wanted.labels,
                    # Users who can read a namespace's pods can read their usage.
                    **{f"rbac.authorization.k8s.io/aggregate-to-{role}": "true" for role in roles},
                },
            ),
            rules=[policy_rule(("get", "list", "watch"), GROUP, ["pods", "nodes"])],
            opts=child,
        )
        apis = register_apis(
            name, {GROUP: ["v1beta1"]}, controller, wanted, certificate, self, args.namespaces
        )
        self.group = apis[GROUP]
        self.register_outputs({})


def _controller_args(args: MetricsServerArgs, certificate: ServiceCertificate) -> ControllerArgs:
    return ControllerArgs(
        component="autoscaling",
        name=NAME,
        image=args.image,
        args=[
            f"--secure-port={PORT}",
            *CERTIFICATE_FLAGS,
            f"--kubelet-certificate-authority={CLUSTER_CA}",
            # Node names need not resolve in DNS; the kubelets' certificates have the InternalIP as a SAN.
            "--kubelet-preferred-address-types=InternalIP",
            "--kubelet-use-node-status-port",
            f"--metric-resolution={RESOLUTION}s",
        ],
        ports={"https": PORT},
        liveness=Probe(path="/livez", port="https", scheme="HTTPS"),
        readiness=Probe(path="/readyz", port="https", scheme="HTTPS"),
        # The release's values for up to 100 nodes.
        requests={"cpu": "100m", "memory": "200Mi"},
        limits={"cpu": "500m", "memory": "400Mi"},
        rbac=RbacRules(
            cluster=[
                policy_rule(("get",), "", ["nodes/metrics"]),
                policy_rule(("get", "list", "watch"), "", ["pods", "nodes"]),
            ],
            delegated_auth=True,
        ),
        egress_ports=(API_SERVER_PORT, KUBELET_PORT),
        replicas=args.replicas,
        mounts={CERTIFICATE_DIRECTORY: certificate_volume(certificate)},
        wait_for=args.wait_for,
        annotations={"metalml/certificate-sha256": certificate.digest},
    )
