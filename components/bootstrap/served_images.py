"""Images of what the cluster runs besides Kubernetes, for machines that cannot pull them."""

from dataclasses import dataclass

import pulumi

from components.bootstrap.operator import operator_command
from components.bootstrap.render.node_files import BundleSource
from components.bootstrap.render.payload import payload
from components.files import DeliveredFiles, DeliveredFilesArgs, manifest_digest, select
from components.machines.machine import Connection

TARGET = "/var/lib/metalml/served"
# Folders below the bundle's `images`, beside Kubernetes' own: for workers, and for every machine.
SERVED_FOLDER, EVERYWHERE_FOLDER = "served", "everywhere"


@dataclass(frozen=True, kw_only=True)
class ServedImagesArgs:
    """The machine, and the bundle that has the images."""

    machine: Connection
    source: BundleSource
    folders: tuple[str, ...]
    """Of the bundle's `images`."""
    after: tuple[pulumi.Resource, ...]
    """Loading a gigabyte holds the machine's lock: what must not wait for that comes before."""


class ServedImages(pulumi.ComponentResource):
    """Images of the bundle besides Kubernetes' own, loaded into a machine's containerd."""

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
        self.loaded = operator_command(
            f"{name}-load-images",
            "step.sh images",
            args.machine,
            parent=self,
            payload=payload(
                "images.sh",
                parameters={
                    "IMAGES": " ".join(f"{TARGET}/images/{folder}" for folder in args.folders),
                    "BUNDLE": manifest_digest(manifest),
                },
            ),
            after=(files.delivery,),
        )
        self.register_outputs({})


def images_in(source: BundleSource, folders: tuple[str, ...]) -> str:
    """The lines of the bundle's manifest for the images in these folders; empty for none."""
    below = tuple(f"images/{folder}/" for folder in folders)
    return select(source.manifest, lambda path: path.startswith(below))
