"""Where a model's files are: on one machine's disk, on an NFS share, or in an S3-compatible store."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Tag

from settings.base import Model, wrong
from settings.fields import DNS_NAME, AbsolutePath, Label, LocalPath, Text

# What files are that do not say their kind.
DEFAULT_KIND = "host"
ENDPOINT = re.compile(r"https?://(?P<host>[a-z0-9.-]+)(:(?P<port>\d{1,5}))?/?")
# As S3 has it; dots are left out, because a certificate for the endpoint does not cover names with them.
BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
# Folders in a bucket. Letters that mean nothing else to a URL, a shell or a checksum list.
PREFIX = re.compile(r"[A-Za-z0-9_.=-]+(/[A-Za-z0-9_.=-]+)*")


def server(value: Any) -> str:
    """The name or address of a server."""
    if not isinstance(value, str) or not DNS_NAME.fullmatch(value):
        raise wrong("a DNS name or an IPv4 address, such as nfs.example.com or 10.77.0.5")
    return value


def _endpoint(value: Any) -> str:
    match = ENDPOINT.fullmatch(value) if isinstance(value, str) else None
    if match is None or not DNS_NAME.fullmatch(match["host"]) or int(match["port"] or 1) not in range(65536):
        raise wrong("https:// or http://, a host, a port where it is not 443 or 80, and no path")
    return value.rstrip("/")


def _bucket(value: Any) -> str:
    if not isinstance(value, str) or not BUCKET.fullmatch(value):
        raise wrong("the name of a bucket: 3 to 63 of a-z 0-9 -")
    return value


def _prefix(value: Any) -> str:
    if not isinstance(value, str) or not PREFIX.fullmatch(value) or ".." in value.split("/"):
        raise wrong("a folder in the bucket such as resnet/2026-11-25, without .. and without / at the ends")
    return value


def _digest(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{64}", value):
        raise wrong("64 of 0-9 a-f", "take the first word that `sha256sum SHA256SUMS` prints")
    return value


Server = Annotated[str, BeforeValidator(server)]
Endpoint = Annotated[str, BeforeValidator(_endpoint)]
Bucket = Annotated[str, BeforeValidator(_bucket)]
Prefix = Annotated[str, BeforeValidator(_prefix)]
Digest = Annotated[str, BeforeValidator(_digest)]


class HostFiles(Model):
    """Files on the disk of one machine. All pods of the model run there."""

    kind: Literal["host"] = "host"
    """Says that the files are on one machine."""

    machine: Label
    """The machine that stores them; a worker, with GPUs if the model takes some."""

    host_path: AbsolutePath = "/mnt/ml-models"
    """Directory on the machine, in which the model has a directory `<servedName>`."""

    source: LocalPath | None = None
    """Directory on this computer with `<version>/saved_model.pb`, which is brought to the machine.

    `null`: something else puts the files there, and `revision` is required.
    """

    revision: Text | None = None
    """Any text, in the place of `source`, where something else puts the files there, such as training.

    Another text makes the pods read them again. `null`: they come from `source`.
    """


class NfsFiles(Model):
    """Files on an NFS share, which pods on every machine see. Needs `platform.nfs`."""

    kind: Literal["nfs"]
    """Says that the files are on a share."""

    server: Server
    """The NFS server."""

    path: AbsolutePath
    """The model's own directory on the server, with `<version>/saved_model.pb`."""

    revision: Text
    """Any text. Nobody tells when files on a share change: another text makes the pods read them again."""

    @property
    def machine(self) -> None:
        """No one machine has them: the pods run wherever there is room."""
        return None


class S3Files(Model):
    """One version of the files in a bucket; each pod fetches it and checks it before it starts to serve."""

    kind: Literal["s3"]
    """Says that the files are in a bucket."""

    endpoint: Endpoint
    """Address of the store."""

    region: Text = "us-east-1"
    """Region of the bucket. The default is what S3 signs with where a store has no regions."""

    bucket: Bucket
    """The bucket."""

    prefix: Prefix
    """The folder with `SHA256SUMS` and `<version>/saved_model.pb`.

    It never changes once it is written: a new version is a new folder.
    """

    digest: Digest
    """Digest of the file `SHA256SUMS`, which has the digests of all others."""

    @property
    def machine(self) -> None:
        """No one machine has them: the pods run wherever there is room."""
        return None


def _kind(value: Any) -> str | None:
    kind = value.get("kind", DEFAULT_KIND) if isinstance(value, Mapping) else getattr(value, "kind", None)
    return kind if isinstance(kind, str) else None


FilesSettings = Annotated[
    Annotated[HostFiles, Tag("host")] | Annotated[NfsFiles, Tag("nfs")] | Annotated[S3Files, Tag("s3")],
    Discriminator(_kind),
]
