"""Exporters: kube-state-metrics for the state of objects, the blackbox exporter for probes of endpoints."""

import hashlib
from collections.abc import Sequence

import yaml
from pulumi import Input, Resource, ResourceOptions
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    ConfigMapVolumeSourceArgs,
    Service,
    ServicePortArgs,
    ServiceSpecArgs,
    VolumeArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.controller import Controller, ControllerArgs, Probe
from components.kubernetes.network_policy import pods
from components.kubernetes.rbac import RbacRules, policy_rule
from components.monitoring.names import PROMETHEUS_PODS, labels

KUBE_STATE_METRICS = "kube-state-metrics"
KUBE_STATE_METRICS_PORT = 8080
TELEMETRY_PORT = 8081
BLACKBOX_EXPORTER = "blackbox-exporter"
BLACKBOX_EXPORTER_PORT = 9115
# Ports of the probed targets: model servers and the API server.
PROBED_PORTS = (8501, 443, 6443)
CONFIGURATION_DIRECTORY = "/etc/blackbox"
# Seconds; below Prometheus' scrape timeout of 10.
PROBE_TIMEOUT = 5

# Resources that kube-state-metrics exports, by API group. Not Secrets: their names alone disclose too much.
OBJECTS = {
    "": [
        "limitranges",
        "namespaces",
        "nodes",
        "persistentvolumeclaims",
        "persistentvolumes",
        "pods",
        "resourcequotas",
        "services",
    ],
    "apps": ["daemonsets", "deployments", "replicasets", "statefulsets"],
    "autoscaling": ["horizontalpodautoscalers"],
    "batch": ["cronjobs", "jobs"],
    "policy": ["poddisruptionbudgets"],
}

BY_PROMETHEUS = [pods(PROMETHEUS_PODS)]


def run_kube_state_metrics(
    image: str, namespace: Input[str], wait_for: Sequence[Resource], opts: ResourceOptions
) -> Controller:
    """Run kube-state-metrics: desired and available replicas, restarts, quotas and so on as metrics."""
    return Controller(
        KUBE_STATE_METRICS,
        ControllerArgs(
            component="monitoring",
            name=KUBE_STATE_METRICS,
            namespace=namespace,
            image=image,
            args=[
                f"--port={KUBE_STATE_METRICS_PORT}",
                f"--telemetry-port={TELEMETRY_PORT}",
                "--resources=" + ",".join(sorted(name for names in OBJECTS.values() for name in names)),
                f"--metric-labels-allowlist={metric_labels_allowlist()}",
            ],
            ports={"http": KUBE_STATE_METRICS_PORT, "telemetry": TELEMETRY_PORT},
            liveness=Probe(path="/livez", port="http"),
            readiness=Probe(path="/readyz", port="telemetry"),
            requests={"cpu": "10m", "memory": "64Mi"},
            limits={"cpu": "500m", "memory": "512Mi"},
            rbac=RbacRules(
                cluster=[policy_rule(("list", "watch"), group, names) for group, names in OBJECTS.items()]
            ),
            ingress_from=BY_PROMETHEUS,
            wait_for=wait_for,
        ),
        opts,
    )


def metric_labels_allowlist() -> str:
    """--metric-labels-allowlist: the labels for the model and track of pods, and for training Jobs."""
    model = "app.kubernetes.io/name,app.kubernetes.io/instance,metalml/model,metalml/track"
    return f"pods=[{model}],deployments=[{model}],jobs=[app.kubernetes.io/component]"


def run_blackbox_exporter(
    image: str, namespace: Input[str], wait_for: Sequence[Resource], opts: ResourceOptions
) -> Controller:
    """Run the blackbox exporter, which probes endpoints like a client, and its Service, for Probes."""
    configuration = blackbox_configuration()
    made = ConfigMap(
        BLACKBOX_EXPORTER,
        metadata=ObjectMetaArgs(
            name=BLACKBOX_EXPORTER, namespace=namespace, labels=labels(BLACKBOX_EXPORTER)
        ),
        data={"config.yml": configuration},
        opts=opts,
    )
    controller = Controller(
        BLACKBOX_EXPORTER,
        ControllerArgs(
            component="monitoring",
            name=BLACKBOX_EXPORTER,
            namespace=namespace,
            image=image,
            args=[
                f"--config.file={CONFIGURATION_DIRECTORY}/config.yml",
                f"--web.listen-address=:{BLACKBOX_EXPORTER_PORT}",
            ],
            ports={"http": BLACKBOX_EXPORTER_PORT},
            liveness=Probe(path="/-/healthy", port="http"),
            readiness=Probe(path="/-/healthy", port="http"),
            requests={"cpu": "10m", "memory": "32Mi"},
            limits={"cpu": "100m", "memory": "64Mi"},
            egress_ports=PROBED_PORTS,
            ingress_from=BY_PROMETHEUS,
            resolves_names=True,
            mounts={
                CONFIGURATION_DIRECTORY: VolumeArgs(
                    name="configuration", config_map=ConfigMapVolumeSourceArgs(name=made.metadata.name)
                )
            },
            # The exporter reads its configuration only when it starts.
            annotations={"metalml/configuration-sha256": hashlib.sha256(configuration.encode()).hexdigest()},
            wait_for=wait_for,
        ),
        opts,
    )
    Service(
        BLACKBOX_EXPORTER,
        metadata=ObjectMetaArgs(
            name=BLACKBOX_EXPORTER, namespace=namespace, labels=labels(BLACKBOX_EXPORTER)
        ),
        spec=ServiceSpecArgs(
            selector={"app.kubernetes.io/name": BLACKBOX_EXPORTER},
            ports=[
                ServicePortArgs(name="http", port=BLACKBOX_EXPORTER_PORT, target_port="http", protocol="TCP")
            ],
        ),
        opts=ResourceOptions.merge(opts, ResourceOptions(depends_on=[controller.deployment])),
    )
    return controller


def blackbox_configuration() -> str:
    """The exporter's configuration file: the module `http_2xx`, which expects a 2xx response."""
    return yaml.safe_dump(
        {
            "modules": {
                "http_2xx": {
                    "prober": "http",
                    "timeout": f"{PROBE_TIMEOUT}s",
                    "http": {"preferred_ip_protocol": "ip4", "follow_redirects": False},
                }
            }
        },
        sort_keys=False,
    )
