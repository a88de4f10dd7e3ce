"""Kueue's mutating and validating admission webhooks."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import Input, Resource, ResourceOptions
from pulumi_kubernetes.admissionregistration.v1 import (
    MutatingWebhookArgs,
    MutatingWebhookConfiguration,
    RuleWithOperationsArgs,
    ServiceReferenceArgs,
    ValidatingWebhookArgs,
    ValidatingWebhookConfiguration,
    WebhookClientConfigArgs,
)
from pulumi_kubernetes.meta.v1 import (
    LabelSelectorArgs,
    LabelSelectorRequirementArgs,
    ObjectMetaArgs,
)

from components.kubernetes.rbac import KUBE_SYSTEM
from components.queueing.api import GROUP, QUEUE_LABEL, VERSION

JOB, WORKLOAD = "job", "workload"
# The kinds of the mutating webhooks, and of the validating webhooks.
MUTATED = ("clusterqueue", JOB, "resourceflavor", WORKLOAD)
VALIDATED = ("clusterqueue", "cohort", JOB, "resourceflavor", WORKLOAD)
# timeoutSeconds; the default of Kubernetes.
TIMEOUT = 10


def register_webhooks(
    name: str,
    service: Input[str],
    ca_bundle: Input[str],
    labels: Mapping[str, str],
    opts: ResourceOptions,
) -> list[Resource]:
    """Register both webhook configurations, with failurePolicy Fail.

    For Jobs, the objectSelector matches only those with a queue label: others work while Kueue is down.
    """

    def webhook(verb: str, kind: str, operations: Sequence[str], parts: Sequence[str]) -> Mapping[str, Any]:
        path = f"/{verb}-{'-'.join(_group_of(kind)).replace('.', '-')}-{kind}"
        reference = ServiceReferenceArgs(name=service, namespace=KUBE_SYSTEM, port=443, path=path)
        return {
            "name": f"{verb[0]}{kind}.kb.io",
            "admission_review_versions": ["v1"],
            "side_effects": "None",
            "failure_policy": "Fail",
            "timeout_seconds": TIMEOUT,
            "object_selector": _selected(kind),
            "client_config": WebhookClientConfigArgs(service=reference, ca_bundle=ca_bundle),
            "rules": [_rule(kind, operations, parts)],
        }

    metadata = ObjectMetaArgs(name="metalml-kueue", labels=labels)
    mutating = MutatingWebhookConfiguration(
        name,
        metadata=metadata,
        webhooks=[
            MutatingWebhookArgs(**webhook("mutate", kind, ["CREATE"], [f"{kind}s"])) for kind in MUTATED
        ],
        opts=opts,
    )
    validating = ValidatingWebhookConfiguration(
        name,
        metadata=metadata,
        webhooks=[
            ValidatingWebhookArgs(
                **webhook("validate", kind, ["CREATE", "UPDATE"], _validated_resources(kind))
            )
            for kind in VALIDATED
        ],
        opts=opts,
    )
    return [mutating, validating]


def _group_of(kind: str) -> tuple[str, str]:
    return ("batch", "v1") if kind == JOB else (GROUP, VERSION)


def _rule(kind: str, operations: Sequence[str], resources: Sequence[str]) -> RuleWithOperationsArgs:
    group, version = _group_of(kind)
    return RuleWithOperationsArgs(
        operations=list(operations),
        api_groups=[group],
        api_versions=[version],
        resources=list(resources),
    )


def _validated_resources(kind: str) -> Sequence[str]:
    # The admission of a Workload is in its status, and is immutable.
    return [f"{kind}s", f"{kind}s/status"] if kind == WORKLOAD else [f"{kind}s"]


def _selected(kind: str) -> LabelSelectorArgs | None:
    named = LabelSelectorRequirementArgs(key=QUEUE_LABEL, operator="Exists")
    return LabelSelectorArgs(match_expressions=[named]) if kind == JOB else None
