"""The Kubernetes provider of a cluster."""

from pulumi import Input, Output
from pulumi_kubernetes import Provider


def kubernetes_provider(cluster_name: Input[str], kubeconfig: Output[str]) -> Provider:
    """The one provider for all objects of this stack on the cluster."""
    return Provider(
        "kubernetes",
        kubeconfig=kubeconfig,
        # Constant for the life of the cluster. Without it the provider, and with it every object, is replaced
        # when the kubeconfig is not known in a preview or its certificate has been renewed.
        cluster_identifier=cluster_name,
        enable_server_side_apply=True,
        # Otherwise a changed ConfigMap or Secret is deleted and made anew, under the pods that use it.
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
    )
