"""Images of add-ons and workloads, imported on machines that cannot pull from a registry."""

from dataclasses import dataclass

import pulumi

from components.bootstrap import SCRIPTS
from components.ssh.connection import Connection
from components.ssh.files import DeliveredFiles, DeliveredFilesArgs, manifest_digest, select
from components.ssh.host import Host
from components.ssh.payload import payload
from settings.sources import BundleSource

TARGET = "/var/lib/metalml/served"
# Folders in the bundle's `images`: images for workers, and images for all machines.
SERVED_FOLDER, EVERYWHERE_FOLDER = "served", "everywhere"


@dataclass(frozen=True, kw_only=True)
class ServedImagesArgs:
    """The machine, and the bundle with the images."""

    machine: Connection
    source: BundleSource
    folders: tuple[str, ...]
    """Folders in the bundle's `images`."""
    after: tuple[pulumi.Resource, ...]
    """Steps that must not wait: importing a gigabyte holds the machine's lock for one step at a time."""


class ServedImages(pulumi.ComponentResource):
    """Images of the bundle, except those of Kubernetes itself, imported into a machine's containerd."""

    loaded: pulumi.Resource

    def __init__(self, name: str, args: ServedImagesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("metalml:bootstrap:ServedImages", name, None, opts)
        manifest = images_in(args.source, args.folders)
        files = DeliveredFiles(
            f"{name}-served-images",
            DeliveredFilesArgs(
                machine=args.machine,
                source=args.source.path,
                target=TARGET,
                manifest=manifest,
                after=args.after,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        step = payload(
            SCRIPTS / "images.sh",
            parameters={
                "IMAGES": " ".join(f"{TARGET}/images/{folder}" for folder in args.folders),
                "BUNDLE": manifest_digest(manifest),
            },
        )
        host = Host(connection=args.machine, parent=self, after=(files.delivery,))
        self.loaded = host.step("images", step, resource=f"{name}-load-images")
        self.register_outputs({})


def images_in(source: BundleSource, folders: tuple[str, ...]) -> str:
    """The lines of the bundle's manifest for images in these folders; empty if there are none."""
    below = tuple(f"images/{folder}/" for folder in folders)
    return select(source.manifest, lambda path: path.startswith(below))
