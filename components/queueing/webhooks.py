"""What the API server asks Kueue about before it takes an object."""

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
# What Kueue fills in, and what it looks through.
COMPLETED = ("clusterqueue", JOB, "resourceflavor", WORKLOAD)
CHECKED = ("clusterqueue", "cohort", JOB, "resourceflavor", WORKLOAD)
# Seconds that the API server waits for an answer; Kubernetes' own default.
TIMEOUT = 10


def register_webhooks(
    name: str,
    service: Input[str],
    ca_bundle: Input[str],
    labels: Mapping[str, str],
    opts: ResourceOptions,
) -> list[Resource]:
    """Register both kinds of webhooks. What they are about is refused while Kueue does not answer.

    Of Jobs that is only those that name a queue: all others are none of its business, whatever it is up to.
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
            MutatingWebhookArgs(**webhook("mutate", kind, ["CREATE"], [f"{kind}s"])) for kind in COMPLETED
        ],
        opts=opts,
    )
    validating = ValidatingWebhookConfiguration(
        name,
        metadata=metadata,
        webhooks=[
            ValidatingWebhookArgs(**webhook("validate", kind, ["CREATE", "UPDATE"], _checked_parts(kind)))
            for kind in CHECKED
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


def _checked_parts(kind: str) -> Sequence[str]:
    # What a workload was let begin with is in its status, and must not change.
    return [f"{kind}s", f"{kind}s/status"] if kind == WORKLOAD else [f"{kind}s"]


def _selected(kind: str) -> LabelSelectorArgs | None:
    named = LabelSelectorRequirementArgs(key=QUEUE_LABEL, operator="Exists")
    return LabelSelectorArgs(match_expressions=[named]) if kind == JOB else None
