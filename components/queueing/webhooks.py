"""What the API server asks Kueue about before it takes an object."""

from collections.abc import Mapping, Sequence

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

from components.queueing.api import GROUP, QUEUE_LABEL, VERSION
from components.rights import SYSTEM

# Seconds that the API server waits for an answer; Kubernetes' own default.
TIMEOUT = 10
MADE, CHANGED = "CREATE", "UPDATE"


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

    def about(kind: str, operations: Sequence[str], *more: str) -> RuleWithOperationsArgs:
        group, version = ("batch", "v1") if kind == "job" else (GROUP, VERSION)
        return RuleWithOperationsArgs(
            operations=list(operations),
            api_groups=[group],
            api_versions=[version],
            resources=[f"{kind}s", *more],
        )

    def asked(prefix: str, kind: str) -> WebhookClientConfigArgs:
        group, version = ("batch", "v1") if kind == "job" else (GROUP.replace(".", "-"), VERSION)
        path = f"/{prefix}-{group}-{version}-{kind}"
        return WebhookClientConfigArgs(
            service=ServiceReferenceArgs(name=service, namespace=SYSTEM, port=443, path=path),
            ca_bundle=ca_bundle,
        )

    def queued(kind: str) -> LabelSelectorArgs | None:
        named = LabelSelectorRequirementArgs(key=QUEUE_LABEL, operator="Exists")
        return LabelSelectorArgs(match_expressions=[named]) if kind == "job" else None

    metadata = ObjectMetaArgs(name="metalml-kueue", labels=labels)
    mutating = MutatingWebhookConfiguration(
        name,
        metadata=metadata,
        webhooks=[
            MutatingWebhookArgs(
                name=f"m{kind}.kb.io",
                admission_review_versions=["v1"],
                side_effects="None",
                failure_policy="Fail",
                timeout_seconds=TIMEOUT,
                object_selector=queued(kind),
                client_config=asked("mutate", kind),
                rules=[about(kind, [MADE])],
            )
            for kind in ("clusterqueue", "job", "resourceflavor", "workload")
        ],
        opts=opts,
    )
    validating = ValidatingWebhookConfiguration(
        name,
        metadata=metadata,
        webhooks=[
            ValidatingWebhookArgs(
                name=f"v{kind}.kb.io",
                admission_review_versions=["v1"],
                side_effects="None",
                failure_policy="Fail",
                timeout_seconds=TIMEOUT,
                object_selector=queued(kind),
                client_config=asked("validate", kind),
                rules=[about(kind, [MADE, CHANGED], *(["workloads/status"] if kind == "workload" else []))],
            )
            for kind in ("clusterqueue", "cohort", "job", "resourceflavor", "workload")
        ],
        opts=opts,
    )
    return [mutating, validating]
