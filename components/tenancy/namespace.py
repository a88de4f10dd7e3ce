"""A Namespace with its Pod Security level."""

from pulumi import ResourceOptions
from pulumi_kubernetes.core.v1 import Namespace
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.labels import COMMON_LABELS
from settings.pod_security import PodSecurity


def register_namespace(name: str, level: PodSecurity, opts: ResourceOptions) -> Namespace:
    """Register a Namespace that enforces this Pod Security Standard."""
    # `enforce` applies to pods only; `warn` also warns the client that creates a Deployment with such pods.
    levels = {f"pod-security.kubernetes.io/{mode}": level.value for mode in ("enforce", "warn", "audit")}
    return Namespace(name, metadata=ObjectMetaArgs(name=name, labels={**COMMON_LABELS, **levels}), opts=opts)
