"""Where the nodes' software comes from."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Tag

from components import versions
from settings.base import Model, wrong
from settings.fields import LocalPath, Text


def _fingerprint(value: Any) -> str:
    text = re.sub(r"\s", "", value).upper() if isinstance(value, str) else ""
    if not re.fullmatch(r"[0-9A-F]{40}", text):
        raise wrong("the 40 hexadecimal digits of the signing key's fingerprint (spaces do not matter)")
    return text


def _url(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"(https?|file)://\S+", value):
        raise wrong("an address that begins with https://, http:// or file://")
    return value


class BundleSource(Model):
    """Files that are sent over SSH from the operator's computer, for machines without the internet."""

    kind: Literal["bundle"]
    """Says that software comes from this computer."""

    path: LocalPath = ".local/bundle"
    """Directory with a `MANIFEST` of digests. The default is where `make up` builds it."""

    @property
    def manifest(self) -> str:
        """The text of its MANIFEST: what is in it, by digest."""
        return (Path(self.path).expanduser() / "MANIFEST").read_text()


class AptRepository(Model):
    """One apt repository and the key that must have signed it.

    The texts may contain `{minor}` (such as 1.36), `{os}` (debian or ubuntu), `{codename}` (bookworm, noble)
    and `{release}` (12, 2404).
    """

    url: Annotated[str, BeforeValidator(_url)]
    """Address of the repository."""

    suite: Text = "/"
    """Suite of the repository; `/` is a flat one."""

    components: tuple[Text, ...] = ()
    """Components of the suite. Empty: for a flat repository."""

    key_url: Annotated[str, BeforeValidator(_url)]
    """Address of the public key that signs it."""

    key_fingerprint: Annotated[str, BeforeValidator(_fingerprint)]
    """Fingerprint that this key must have."""


class NvidiaSource(Model):
    """What machines with GPUs get besides."""

    driver: AptRepository = AptRepository(
        url=versions.NVIDIA_DRIVER_APT_URL,
        key_url=versions.NVIDIA_DRIVER_APT_KEY_URL,
        key_fingerprint=versions.NVIDIA_DRIVER_APT_KEY_FINGERPRINT,
    )
    """Repository of the driver."""

    driver_version: Text | None = versions.NVIDIA_DRIVER
    """Version of the driver. `null`: the machines have one already, such as from their provider's image."""

    toolkit: AptRepository = AptRepository(
        url=versions.NVIDIA_TOOLKIT_APT_URL,
        key_url=versions.NVIDIA_TOOLKIT_APT_KEY_URL,
        key_fingerprint=versions.NVIDIA_TOOLKIT_APT_KEY_FINGERPRINT,
    )
    """Repository of NVIDIA's container toolkit."""

    toolkit_version: Text = versions.NVIDIA_TOOLKIT
    """Version of the container toolkit."""


class AptSource(Model):
    """The vendors' repositories, or mirrors of them; packages are pinned to one version and held."""

    kind: Literal["apt"]
    """Says that software comes from package repositories."""

    kubernetes: AptRepository = AptRepository(
        url=versions.KUBERNETES_APT_URL,
        key_url=versions.KUBERNETES_APT_KEY_URL,
        key_fingerprint=versions.KUBERNETES_APT_KEY_FINGERPRINT,
    )
    """Repository of kubeadm, kubelet and kubectl."""

    containerd: AptRepository = AptRepository(
        url=versions.CONTAINERD_APT_URL,
        suite="{codename}",
        components=("stable",),
        key_url=versions.CONTAINERD_APT_KEY_URL,
        key_fingerprint=versions.CONTAINERD_APT_KEY_FINGERPRINT,
    )
    """Repository of containerd."""

    containerd_version: Text = versions.CONTAINERD
    """Version of the package `containerd.io`."""

    nvidia: NvidiaSource = NvidiaSource()
    """What machines with GPUs get besides."""


def _kind(value: Any) -> str | None:
    kind = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
    return kind if isinstance(kind, str) else None


Source = Annotated[
    Annotated[BundleSource, Tag("bundle")] | Annotated[AptSource, Tag("apt")],
    Discriminator(_kind),
]
