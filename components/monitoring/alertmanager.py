"""Alertmanager: a cluster of replicas, which deduplicate their notifications."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi import Input, Resource, ResourceOptions
from pulumi_kubernetes.core.v1 import Secret, Service, ServicePortArgs, ServiceSpecArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components import versions
from components.checks import require_pinned_image
from components.kubernetes.disruption_budget import register_disruption_budget
from components.monitoring.alerting.channels import SECRET_NAME
from components.monitoring.alerting.configuration import (
    TEMPLATES,
    TEMPLATES_FILE,
    alertmanager_configuration,
)
from components.monitoring.alerting.network import alertmanager_policy
from components.monitoring.alerting.reach import Reach
from components.monitoring.crds import Alertmanager
from components.monitoring.names import (
    ALERTMANAGER,
    ALERTMANAGER_PODS,
    ALERTMANAGER_PORT,
    MAIN,
    labels,
)
from components.monitoring.operated import operated_pods
from components.monitoring.volume import storage_spec
from settings.alerting import AlertingSettings

CONFIGURATION = "alertmanager-configuration"
# For the notification log and silences: a few kilobytes for each group of alerts.
SCRATCH_SIZE = "256Mi"
# The requests of kube-prometheus, with headroom for many alerts: each takes a few kilobytes.
REQUESTS = {"cpu": "10m", "memory": "64Mi"}
LIMITS = {"cpu": "200m", "memory": "256Mi"}


@dataclass(frozen=True, kw_only=True)
class AlertmanagersArgs:
    """The image, the configuration with its secrets, and the allowed egress."""

    namespace: Input[str]
    """Resolves once the namespace exists."""
    image: str
    alerting: AlertingSettings
    secrets: Mapping[str, Input[str]] = field(default_factory=dict)
    """Values by name: exactly the secrets that `alerting` refers to."""
    reach: Reach = field(default_factory=Reach)
    """Egress that the network policy allows."""
    operator: Resource
    """The Prometheus operator, which creates the pods."""

    def __post_init__(self) -> None:
        require_pinned_image("image", self.image)
        if sorted(self.secrets) != list(self.alerting.secrets):
            raise ValueError(f"secrets must be {list(self.alerting.secrets)}, got {sorted(self.secrets)}")


class Alertmanagers(pulumi.ComponentResource):
    """An Alertmanager object, its configuration, and a Secret with the credentials of its receivers."""

    service: Service
    """Resolves once the Alertmanager object is Available."""

    def __init__(self, name: str, args: AlertmanagersArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:monitoring:Alertmanagers", name, None, opts)
        child = ResourceOptions(parent=self)

        def metadata(object_name: str) -> ObjectMetaArgs:
            return ObjectMetaArgs(name=object_name, namespace=args.namespace, labels=labels(ALERTMANAGER))

        needed: list[Resource] = [
            alertmanager_policy(name, metadata(ALERTMANAGER), args.reach, child),
            # In one Secret, so that a configuration is never loaded without the templates that it refers to.
            Secret(
                f"{name}-configuration",
                metadata=metadata(CONFIGURATION),
                string_data={
                    "alertmanager.yaml": alertmanager_configuration(args.alerting),
                    TEMPLATES_FILE: TEMPLATES.read_text(),
                },
                opts=child,
            ),
        ]
        if args.secrets:
            secret = Secret(
                f"{name}-receivers",
                metadata=metadata(SECRET_NAME),
                string_data=dict(args.secrets),
                opts=child,
            )
            needed.append(secret)
        register_disruption_budget(name, metadata(ALERTMANAGER), ALERTMANAGER_PODS, child)
        made = Alertmanager(
            name,
            ObjectMetaArgs(
                name=MAIN,
                namespace=args.namespace,
                labels=labels(ALERTMANAGER),
                annotations={"pulumi.com/waitFor": "condition=Available"},
            ),
            alertmanager_spec(args),
            ResourceOptions(parent=self, depends_on=[args.operator, *needed]),
        )
        self.service = Service(
            name,
            metadata=metadata(ALERTMANAGER),
            spec=ServiceSpecArgs(
                selector=ALERTMANAGER_PODS,
                ports=[
                    ServicePortArgs(name="web", port=ALERTMANAGER_PORT, target_port="web", protocol="TCP")
                ],
            ),
            opts=ResourceOptions(parent=self, depends_on=[made]),
        )
        self.register_outputs({})


def alertmanager_spec(args: AlertmanagersArgs) -> dict[str, Any]:
    """The `spec` of the `monitoring.coreos.com/v1` Alertmanager."""
    return {
        "image": args.image,
        "version": f"v{versions.ALERTMANAGER}",
        "replicas": args.alerting.replicas,
        "configSecret": CONFIGURATION,
        **({"secrets": [SECRET_NAME]} if args.secrets else {}),
        "storage": storage_spec(args.alerting.volume, SCRATCH_SIZE),
        "automountServiceAccountToken": False,
        **operated_pods(ALERTMANAGER, ALERTMANAGER_PODS, REQUESTS, LIMITS),
    }
