"""StackReferences: the names of the stacks of other layers, and their outputs."""

from typing import Any

import pulumi
from pulumi import Output

from settings import Layer
from stacks.kubeconfig import require_kubeconfig
from stacks.kubernetes import kubernetes_provider
from stacks.outputs import ClusterOutputs, PlatformOutputs


def full_name(stack: str) -> str:
    """`organization/project/stack` for a stack of this project; a fully qualified name remains unchanged.

    DIY backends have a single organization, named `organization`.
    """
    if "/" in stack:
        return stack
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"


def cluster_of(stack: str) -> ClusterOutputs:
    """The outputs of the stack that owns the cluster layer."""
    reference = _Reference(Layer.CLUSTER, stack)
    name = reference.output("clusterName")
    # Always a secret, also if the other stack's state does not mark it as one.
    kubeconfig = Output.secret(reference.output("kubeconfig").apply(require_kubeconfig))
    return ClusterOutputs(
        cluster_name=name,
        api_endpoint=reference.output("apiEndpoint"),
        kubeconfig=kubeconfig,
        kubernetes_version=reference.output("kubernetesVersion"),
        machines=reference.output("machines"),
        kubernetes=kubernetes_provider(name, kubeconfig),
    )


def platform_of(stack: str) -> PlatformOutputs:
    """The outputs of the stack that owns the platform layer."""
    reference = _Reference(Layer.PLATFORM, stack)
    return PlatformOutputs(
        namespaces=reference.output("namespaces"),
        teams=reference.output("teams"),
        priorities=reference.output("priorities"),
        gateway=reference.output("gateway"),
        scaling_apis=reference.output("scalingApis"),
        monitoring=reference.output("monitoring"),
    )


class _Reference:
    def __init__(self, layer: Layer, stack: str) -> None:
        self._stack = full_name(stack)
        # Named by layer: one stack may own several layers, and resource names are unique.
        self._reference = pulumi.StackReference(layer, self._stack)

    def output(self, name: str) -> Output[Any]:
        """The stack output of that name. Raises RunError where the stack does not have it."""

        def there(value: Any) -> Any:
            if value is None:
                raise pulumi.RunError(
                    f"stack {self._stack} has no output {name}: bring it up, or correct metalml:upstream"
                )
            return value

        return self._reference.get_output(name).apply(there)
