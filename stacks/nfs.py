"""The part of the platform that mounts NFS shares."""

from pulumi import ResourceOptions

from components.nfs.driver import NfsDriver, NfsDriverArgs
from components.nfs.storage_class import NfsClassArgs, register_class
from components.versions import IMAGES
from stacks.outputs import ClusterOutputs
from stacks.settings import Settings


def build_nfs(settings: Settings, cluster: ClusterOutputs) -> None:
    """Install the driver where the settings ask for it, and the class where they have one."""
    wanted, images = settings.platform.nfs, {**IMAGES, **settings.images}
    if wanted is None:
        return
    driver = NfsDriver(
        "nfs",
        NfsDriverArgs(
            plugin_image=images["nfs-plugin"],
            provisioner_image=images["csi-provisioner"],
            registrar_image=images["csi-node-driver-registrar"],
            liveness_image=images["csi-livenessprobe"],
            wait_for=cluster.ready,
        ),
        ResourceOptions(provider=cluster.kubernetes),
    )
    made = wanted.storage_class
    if made is not None:
        register_class(
            NfsClassArgs(name=made.name, server=made.server, path=made.path, default=made.default),
            ResourceOptions(provider=cluster.kubernetes, depends_on=[driver]),
        )
