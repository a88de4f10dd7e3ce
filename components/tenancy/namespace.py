"""A namespace, and which pods the API server takes in it."""

from pulumi import ResourceOptions
from pulumi_kubernetes.core.v1 import Namespace
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.labels import OURS
from settings.pod_security import PodSecurity


def register_namespace(name: str, level: PodSecurity, opts: ResourceOptions) -> Namespace:
    """Register a namespace that refuses pods beyond the level."""
    # `enforce` refuses pods; `warn` tells whoever applies a Deployment, whose pods would be refused later.
    levels = {f"pod-security.kubernetes.io/{mode}": level.value for mode in ("enforce", "warn", "audit")}
    return Namespace(name, metadata=ObjectMetaArgs(name=name, labels={**OURS, **levels}), opts=opts)
