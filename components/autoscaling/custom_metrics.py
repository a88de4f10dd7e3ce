"""prometheus-adapter: serves metrics from Prometheus through the metrics APIs that HPAs query."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import pulumi
from pulumi import Output, Resource, ResourceOptions
from pulumi_kubernetes.core.v1 import ConfigMap, ConfigMapVolumeSourceArgs, VolumeArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.rbac.v1 import ClusterRole, ClusterRoleBinding, RoleRefArgs, SubjectArgs

from components.autoscaling.adapter_rules import adapter_configuration
from components.kubernetes.aggregated_api import CERTIFICATE_FLAGS, register_apis
from components.kubernetes.controller import API_SERVER_PORT, Controller, ControllerArgs, Probe
from components.kubernetes.rbac import KUBE_SYSTEM, RBAC_API_GROUP, RbacRules, policy_rule
from components.kubernetes.service_certificate import (
    CERTIFICATE_DIRECTORY,
    ServiceCertificate,
    ServiceCertificateArgs,
    certificate_volume,
)
from settings.autoscaling import MetricsApi, PodMetric

NAME = "prometheus-adapter"
CONFIGURATION_DIRECTORY = "/etc/adapter"
# The ServiceAccount of the HPA controller.
AUTOSCALER_ACCOUNT = "horizontal-pod-autoscaler"
# The versions of each API that the adapter serves.
VERSIONS = {
    MetricsApi.RESOURCE: ("v1beta1",),
    MetricsApi.CUSTOM: ("v1beta1", "v1beta2"),
    MetricsApi.EXTERNAL: ("v1beta1",),
}
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class CustomMetricsArgs:
    """The adapter's image, the Prometheus that it queries, and the APIs that it serves."""

    image: str
    prometheus_url: str
    """URL from inside the cluster, such as http://prometheus.monitoring.svc:9090."""
    apis: Sequence[MetricsApi] = (MetricsApi.CUSTOM,)
    wait_for: Sequence[Resource] = ()
    namespaces: Sequence[Resource] = ()
    """Deleted after the APIServices (see `register_apis`)."""

    def __post_init__(self) -> None:
        if not self.apis:
            raise ValueError(f"apis must name at least one of {', '.join(MetricsApi)}")
        if urlsplit(self.prometheus_url).scheme not in DEFAULT_PORTS:
            raise ValueError(f"prometheus_url {self.prometheus_url!r} must begin with http:// or https://")

    @property
    def prometheus_port(self) -> int:
        """The URL's port, or the default port of its scheme."""
        url = urlsplit(self.prometheus_url)
        return url.port or DEFAULT_PORTS[url.scheme]


class CustomMetrics(pulumi.ComponentResource):
    """prometheus-adapter, registered for these metrics APIs only: a cluster has one APIService per API."""

    groups: Mapping[str, Output[str]]
    """API group names; each resolves once its APIService is Available."""

    def __init__(self, name: str, args: CustomMetricsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:autoscaling:CustomMetrics", name, None, opts)
        child = ResourceOptions(parent=self)
        certificate = ServiceCertificate(
            f"{name}-certificate",
            ServiceCertificateArgs(service=NAME, namespace=KUBE_SYSTEM, secret=f"{NAME}-certificate"),
            child,
        )
        configuration = adapter_configuration(args.apis)
        wanted = _controller_args(args, configuration, certificate)
        ConfigMap(
            name,
            metadata=ObjectMetaArgs(name=NAME, namespace=KUBE_SYSTEM, labels=wanted.labels),
            data={"config.yaml": configuration},
            opts=child,
        )
        controller = Controller(name, wanted, child)
        _register_hpa_role(name, args.apis, wanted.labels, child)
        versions = {str(api): VERSIONS[api] for api in args.apis}
        self.groups = register_apis(name, versions, controller, wanted, certificate, self, args.namespaces)
        self.register_outputs({})


def _register_hpa_role(
    name: str, apis: Sequence[MetricsApi], labels: Mapping[str, str], child: ResourceOptions
) -> None:
    """Allow HPAs the custom and external metrics: Kubernetes' own role covers metrics.k8s.io only."""
    # Metrics of pods are subresources of pods; external metrics are resources.
    resources = {
        MetricsApi.CUSTOM: [f"pods/{metric}" for metric in PodMetric],
        # The user's recording rules name them.
        MetricsApi.EXTERNAL: ["*"],
    }
    rules = [policy_rule(("get", "list"), str(api), names) for api, names in resources.items() if api in apis]
    if not rules:
        return
    role = ClusterRole(
        f"{name}-readers",
        metadata=ObjectMetaArgs(name=f"metalml:{NAME}-readers", labels=labels),
        rules=rules,
        opts=child,
    )
    ClusterRoleBinding(
        f"{name}-readers",
        metadata=ObjectMetaArgs(name=f"metalml:{NAME}-readers", labels=labels),
        role_ref=RoleRefArgs(api_group=RBAC_API_GROUP, kind="ClusterRole", name=role.metadata.name),
        subjects=[SubjectArgs(kind="ServiceAccount", name=AUTOSCALER_ACCOUNT, namespace=KUBE_SYSTEM)],
        opts=child,
    )


def _controller_args(
    args: CustomMetricsArgs, configuration: str, certificate: ServiceCertificate
) -> ControllerArgs:
    return ControllerArgs(
        component="autoscaling",
        name=NAME,
        image=args.image,
        args=[
            "--secure-port=6443",
            *CERTIFICATE_FLAGS,
            f"--config={CONFIGURATION_DIRECTORY}/config.yaml",
            f"--prometheus-url={args.prometheus_url}",
            # How soon a new pod's metrics are available.
            "--metrics-relist-interval=30s",
        ],
        ports={"https": 6443},
        liveness=Probe(path="/livez", port="https", scheme="HTTPS"),
        readiness=Probe(path="/readyz", port="https", scheme="HTTPS"),
        # The requests of the release.
        requests={"cpu": "100m", "memory": "180Mi"},
        limits={"cpu": "500m", "memory": "400Mi"},
        rbac=RbacRules(
            # To map a series' labels to Kubernetes objects.
            cluster=[policy_rule(("get", "list", "watch"), "", ["namespaces", "nodes", "pods", "services"])],
            delegated_auth=True,
        ),
        egress_ports=(API_SERVER_PORT, args.prometheus_port),
        resolves_names=True,
        mounts={
            CERTIFICATE_DIRECTORY: certificate_volume(certificate),
            CONFIGURATION_DIRECTORY: VolumeArgs(
                name="configuration", config_map=ConfigMapVolumeSourceArgs(name=NAME)
            ),
        },
        # The adapter reads both only when it starts.
        annotations={
            "metalml/certificate-sha256": certificate.digest,
            "metalml/config-sha256": hashlib.sha256(configuration.encode()).hexdigest(),
        },
        wait_for=args.wait_for,
    )
