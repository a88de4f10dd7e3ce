"""PrometheusRules, from which the operator configures the rules of Prometheus."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Resource, ResourceOptions
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.monitoring.crds import PrometheusRule
from components.monitoring.names import labels


class Rules(pulumi.ComponentResource):
    """PrometheusRules: several, because the operator rejects an object with an invalid rule as a whole."""

    def __init__(
        self,
        name: str,
        namespace: Input[str],
        specs: Mapping[str, Mapping[str, Input[Any]]],
        crds: Sequence[Resource] = (),
        opts: ResourceOptions | None = None,
    ) -> None:
        """`specs` by object name; `crds`: the custom resource definitions."""
        super().__init__("metalml:monitoring:Rules", name, None, opts)
        for rules, spec in specs.items():
            PrometheusRule(
                f"{name}-{rules}",
                ObjectMetaArgs(name=rules, namespace=namespace, labels=labels(rules)),
                spec,
                ResourceOptions(parent=self, depends_on=list(crds)),
            )
        self.register_outputs({})
