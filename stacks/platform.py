"""The platform layer: what the cluster offers to those who use it."""

from pulumi import ResourceOptions
from pulumi_kubernetes.core.v1 import Namespace
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.priorities import register_priorities
from stacks.autoscaling import build_autoscaling
from stacks.outputs import ClusterOutputs, PlatformOutputs
from stacks.settings import Settings

# The strictest level of the Pod Security Standards: no root, no host, no privileges.
POD_SECURITY = "restricted"


def build(settings: Settings, cluster: ClusterOutputs) -> PlatformOutputs:
    """Make the namespaces of the settings on the cluster, and what all of them may use."""
    apis = build_autoscaling(settings, cluster)
    made = {name: _namespace(name, cluster).metadata.name for name in settings.platform.namespaces}
    return PlatformOutputs(namespaces=made, priorities=register_priorities(_on(cluster)), scaling_apis=apis)


def _namespace(name: str, cluster: ClusterOutputs) -> Namespace:
    # `enforce` refuses pods; `warn` tells whoever applies a Deployment, whose pods would be refused later.
    levels = {f"pod-security.kubernetes.io/{mode}": POD_SECURITY for mode in ("enforce", "warn", "audit")}
    return Namespace(
        name,
        metadata=ObjectMetaArgs(
            name=name,
            labels={
                "app.kubernetes.io/part-of": "metalml",
                "app.kubernetes.io/managed-by": "pulumi",
                **levels,
            },
        ),
        opts=_on(cluster),
    )


def _on(cluster: ClusterOutputs) -> ResourceOptions:
    return ResourceOptions(provider=cluster.kubernetes, depends_on=list(cluster.ready))
