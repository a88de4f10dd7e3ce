"""Alertmanager: several of them, which agree on who tells whom."""

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
from components.monitoring.kinds import Alertmanager
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
# Of what was sent and what is silenced: a few kilobytes for each group of alerts.
SCRATCH_SIZE = "256Mi"
# Its release's own, in kube-prometheus, with room for a bad day: each alert is a few kilobytes.
REQUESTS = {"cpu": "10m", "memory": "64Mi"}
LIMITS = {"cpu": "200m", "memory": "256Mi"}


@dataclass(frozen=True, kw_only=True)
class AlertmanagersArgs:
    """How many, and what they do."""

    namespace: Input[str]
    """Known when it is there."""
    image: str
    alerting: AlertingSettings
    secrets: Mapping[str, Input[str]] = field(default_factory=dict)
    """By name: what `alerting` names, and nothing else."""
    reach: Reach = field(default_factory=Reach)
    """What they may call."""
    operator: Resource
    """Makes the pods."""

    def __post_init__(self) -> None:
        require_pinned_image("image", self.image)
        if sorted(self.secrets) != list(self.alerting.secrets):
            raise ValueError(f"secrets must be {list(self.alerting.secrets)}, got {sorted(self.secrets)}")


class Alertmanagers(pulumi.ComponentResource):
    """One Alertmanager object, its configuration, and a Secret with what the configuration must not say."""

    service: Service
    """Known when they take alerts."""

    def __init__(self, name: str, args: AlertmanagersArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:monitoring:Alertmanagers", name, None, opts)
        child = ResourceOptions(parent=self)

        def metadata(object_name: str) -> ObjectMetaArgs:
            return ObjectMetaArgs(name=object_name, namespace=args.namespace, labels=labels(ALERTMANAGER))

        needed: list[Resource] = [
            alertmanager_policy(name, metadata(ALERTMANAGER), args.reach, child),
            # Together, so that no configuration is read beside templates that have not what it names.
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
    """The `spec` as `monitoring.coreos.com/v1` spells it."""
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
