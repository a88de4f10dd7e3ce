"""Images of what the cluster serves, for workers that cannot pull them."""

from dataclasses import dataclass

import pulumi

from components.bootstrap.operator import operator_command
from components.bootstrap.render.node_files import BundleSource
from components.bootstrap.render.payload import payload
from components.files import DeliveredFiles, DeliveredFilesArgs, manifest_digest, select
from components.machines.machine import Connection

TARGET = "/var/lib/metalml/served"
# Folder below the bundle's `images` with what the cluster serves; beside it is Kubernetes' own.
SERVED_FOLDER = "served"


@dataclass(frozen=True, kw_only=True)
class ServedImagesArgs:
    """The worker, and the bundle that has the images."""

    machine: Connection
    source: BundleSource
    after: tuple[pulumi.Resource, ...]
    """The join: it holds the machine's lock only for seconds, loading a gigabyte would hold it up."""


class ServedImages(pulumi.ComponentResource):
    """The bundle's images besides Kubernetes' own, loaded into a worker's containerd."""

    loaded: pulumi.Resource

    def __init__(self, name: str, args: ServedImagesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("metalml:bootstrap:ServedImages", name, None, opts)
        manifest = select(args.source.manifest, lambda path: path.startswith(f"images/{SERVED_FOLDER}/"))
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
                    "IMAGES": f"{TARGET}/images/{SERVED_FOLDER}",
                    "BUNDLE": manifest_digest(manifest),
                },
            ),
            after=(files.delivery,),
        )
        self.register_outputs({})
