"""The Pushgateway: jobs that end before they can be scraped push their metrics to it."""

from collections.abc import Sequence

import pulumi
from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.core.v1 import Service, ServicePortArgs, ServiceSpecArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.controller import Controller, ControllerArgs, Probe
from components.kubernetes.network_policy import Allow, pods, pods_anywhere, tcp
from components.monitoring.crds import PodMonitor
from components.monitoring.exporters import BY_PROMETHEUS
from components.monitoring.names import NAMESPACE, PUSHGATEWAY, PUSHGATEWAY_PORT, labels

# Label of pods, in any namespace, that may push. The Pushgateway has no authentication: they may push any
# metric.
MAY_PUSH = {"metalml/pushes": "yes"}


class Pushgateway(pulumi.ComponentResource):
    """A Pushgateway without persistence: pushed metrics are lost with its pod until the next push."""

    url: Output[str]
    """URL for pods with the labels MAY_PUSH; resolves once the Pushgateway is ready."""

    def __init__(
        self,
        name: str,
        image: str,
        namespace: Input[str],
        crds: Resource,
        wait_for: Sequence[Resource] = (),
        opts: ResourceOptions | None = None,
    ) -> None:
        """`crds`: the custom resource definitions, among them PodMonitor."""
        super().__init__("metalml:monitoring:Pushgateway", name, None, opts)
        program = Controller(
            name,
            ControllerArgs(
                component="monitoring",
                name=PUSHGATEWAY,
                namespace=namespace,
                image=image,
                args=[f"--web.listen-address=:{PUSHGATEWAY_PORT}"],
                ports={"http": PUSHGATEWAY_PORT},
                liveness=Probe(path="/-/healthy", port="http"),
                readiness=Probe(path="/-/ready", port="http"),
                requests={"cpu": "10m", "memory": "32Mi"},
                limits={"cpu": "100m", "memory": "128Mi"},
                egress_ports=(),
                ingress_from=[*BY_PROMETHEUS, pods_anywhere(MAY_PUSH)],
                wait_for=wait_for,
            ),
            ResourceOptions(parent=self),
        )
        metadata = ObjectMetaArgs(name=PUSHGATEWAY, namespace=namespace, labels=labels(PUSHGATEWAY))
        service = Service(
            name,
            metadata=metadata,
            spec=ServiceSpecArgs(
                selector={"app.kubernetes.io/name": PUSHGATEWAY},
                ports=[
                    ServicePortArgs(name="http", port=PUSHGATEWAY_PORT, target_port="http", protocol="TCP")
                ],
            ),
            opts=ResourceOptions(parent=self, depends_on=[program.deployment]),
        )
        PodMonitor(
            name,
            metadata,
            pushed_monitor_spec(),
            ResourceOptions(parent=self, depends_on=[crds]),
        )
        self.url = Output.format(
            "http://{0}.{1}.svc:{2}", service.metadata.name, service.metadata.namespace, PUSHGATEWAY_PORT
        )
        self.register_outputs({})


def pushed_monitor_spec() -> dict[str, object]:
    """The `spec` of the PodMonitor, with `honorLabels`: series keep the labels of the push."""
    return {
        "jobLabel": "app.kubernetes.io/name",
        "selector": {"matchLabels": {"app.kubernetes.io/name": PUSHGATEWAY}},
        "podMetricsEndpoints": [
            {
                "port": "http",
                "honorLabels": True,
                "metricRelabelings": [
                    # Labels of the Pushgateway's pod: with them a new pod would create new series for the
                    # same metrics.
                    {"action": "labeldrop", "regex": "pod|container|endpoint|instance"}
                ],
            }
        ],
    }


def reach_pushgateway() -> Allow:
    """The egress rule that a pod with the labels MAY_PUSH needs, besides DNS."""
    gateway = pods({"app.kubernetes.io/name": PUSHGATEWAY}, NAMESPACE)
    return Allow(peers=[gateway], ports=tcp(PUSHGATEWAY_PORT))
