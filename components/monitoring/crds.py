"""The custom resource definitions of the Prometheus operator, and its custom resources."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components import versions
from components.kubernetes.crds import crd_files, read_definitions

GROUP = "monitoring.coreos.com"

RELEASE = f"the Prometheus operator {versions.PROMETHEUS_OPERATOR}"
MONITORING_FILES = crd_files(
    RELEASE,
    f"{versions.PROMETHEUS_OPERATOR_CRDS_URL}{GROUP}_",
    versions.PROMETHEUS_OPERATOR_CRDS_SHA256,
)


def monitoring_definitions(cache: Path) -> Sequence[Mapping[str, Any]]:
    """The custom resource definitions of the pinned release."""
    return read_definitions(MONITORING_FILES, cache)


class _CustomResource(CustomResource):
    version: ClassVar[str] = "v1"
    kind_name: ClassVar[str]

    def __init__(
        self,
        resource_name: str,
        metadata: ObjectMetaArgs,
        spec: Mapping[str, Input[Any]],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            resource_name,
            api_version=f"{GROUP}/{self.version}",
            kind=self.kind_name,
            metadata=metadata,
            spec=spec,
            opts=opts,
        )


class Prometheus(_CustomResource):
    """Prometheus servers: replicas that scrape the same targets."""

    kind_name = "Prometheus"


class Alertmanager(_CustomResource):
    """A cluster of Alertmanagers, which deduplicate their notifications."""

    kind_name = "Alertmanager"


class ServiceMonitor(_CustomResource):
    """Scrape targets: endpoints of Services, by label selector."""

    kind_name = "ServiceMonitor"


class PodMonitor(_CustomResource):
    """Scrape targets: pods, by label selector."""

    kind_name = "PodMonitor"


class PrometheusRule(_CustomResource):
    """Recording and alerting rules."""

    kind_name = "PrometheusRule"


class ScrapeConfig(_CustomResource):
    """Scrape targets of Prometheus' own service discovery, such as nodes."""

    version = "v1alpha1"
    kind_name = "ScrapeConfig"
