"""The NFS CSI driver of the platform."""

from pulumi import ResourceOptions

from components.nfs.driver import NfsDriver, NfsDriverArgs
from components.nfs.storage_class import register_class
from settings import Settings
from stacks.outputs import ClusterOutputs


def build_nfs(settings: Settings, cluster: ClusterOutputs) -> None:
    """Register the CSI driver and the StorageClass, where the settings have them."""
    wanted = settings.platform.nfs
    if wanted is None:
        return
    driver = NfsDriver(
        "nfs",
        NfsDriverArgs(
            plugin_image=settings.image("nfs-plugin"),
            provisioner_image=settings.image("csi-provisioner"),
            registrar_image=settings.image("csi-node-driver-registrar"),
            liveness_image=settings.image("csi-livenessprobe"),
            wait_for=cluster.ready,
        ),
        ResourceOptions(provider=cluster.kubernetes),
    )
    if wanted.storage_class is not None:
        register_class(
            wanted.storage_class,
            ResourceOptions(provider=cluster.kubernetes, depends_on=[driver]),
        )
