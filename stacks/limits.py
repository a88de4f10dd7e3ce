"""Default customTimeouts of the resources that Pulumi awaits; resources that need more set their own."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import ResourceOptions, ResourceTransformationArgs, ResourceTransformationResult
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.timeouts import DAEMON_SET_TURNS, awaited

_LIMITS = {
    "kubernetes:apps/v1:Deployment": awaited(),
    "kubernetes:apps/v1:StatefulSet": awaited(),
    "kubernetes:apps/v1:DaemonSet": awaited(turns=DAEMON_SET_TURNS),
    "kubernetes:batch/v1:Job": awaited(),
    "kubernetes:core/v1:Service": awaited(),
}
_WAIT_FOR = "pulumi.com/waitFor"


def set_default_timeouts() -> None:
    """Register the stack transformation that sets default timeouts; call it once in a program."""
    pulumi.runtime.register_stack_transformation(with_default_timeout)


def with_default_timeout(args: ResourceTransformationArgs) -> ResourceTransformationResult | None:
    """The resource with the default timeout of its type; None if it is not awaited or has its own."""
    limit = _LIMITS.get(args.type_) or (awaited() if _asks_for_a_wait(args.props.get("metadata")) else None)
    if limit is None or args.opts.custom_timeouts is not None:
        return None
    return ResourceTransformationResult(
        args.props, ResourceOptions.merge(args.opts, ResourceOptions(custom_timeouts=limit))
    )


def _asks_for_a_wait(metadata: Any) -> bool:
    annotations = metadata.annotations if isinstance(metadata, ObjectMetaArgs) else None
    return isinstance(annotations, Mapping) and _WAIT_FOR in annotations
