"""The stacks of the other layers: their names, and the functions that read their outputs."""

import pulumi
from pulumi import Output

from stacks.kubernetes import kubernetes_provider
from stacks.outputs import ClusterOutputs, PlatformOutputs
from stacks.settings import Layer


def full_name(stack: str) -> str:
    """`organization/project/stack` for a stack of this project; a name that is full stays as it is.

    A state that you keep yourself knows one organization, which is called `organization`.
    """
    if "/" in stack:
        return stack
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"


def cluster_of(stack: str) -> ClusterOutputs:
    """The outputs of the stack that owns the cluster layer."""
    # Named by layer: one stack may own several of them, and a resource's name can be used once.
    reference = pulumi.StackReference(Layer.CLUSTER, full_name(stack))
    name = reference.require_output("clusterName")
    # Secret again, whatever the other stack's state says about it.
    kubeconfig = Output.secret(reference.require_output("kubeconfig"))
    return ClusterOutputs(
        cluster_name=name,
        api_endpoint=reference.require_output("apiEndpoint"),
        kubeconfig=kubeconfig,
        kubernetes_version=reference.require_output("kubernetesVersion"),
        machines=reference.require_output("machines"),
        kubernetes=kubernetes_provider(name, kubeconfig),
    )


def platform_of(stack: str) -> PlatformOutputs:
    """The outputs of the stack that owns the platform layer."""
    reference = pulumi.StackReference(Layer.PLATFORM, full_name(stack))
    return PlatformOutputs(namespaces=reference.require_output("namespaces"))
