"""The Kubernetes provider for a cluster."""

from pulumi import Input, Output
from pulumi_kubernetes import Provider


def kubernetes_provider(cluster_name: Input[str], kubeconfig: Output[str]) -> Provider:
    """The explicit provider for all objects of this stack in the cluster."""
    return Provider(
        "kubernetes",
        kubeconfig=kubeconfig,
        # Constant for the lifetime of the cluster. Without it, the provider and with it all objects are
        # replaced when the kubeconfig is unknown in a preview or its certificate has been renewed.
        cluster_identifier=cluster_name,
        enable_server_side_apply=True,
        # Otherwise a changed ConfigMap or Secret is replaced while pods use it.
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
    )
