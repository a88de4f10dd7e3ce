"""Model files in an S3-compatible store: each pod fetches one version and checks it before it serves."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.core.v1 import (
    DownwardAPIVolumeFileArgs,
    DownwardAPIVolumeSourceArgs,
    EmptyDirVolumeSourceArgs,
    ObjectFieldSelectorArgs,
    Secret,
    SecretVolumeSourceArgs,
    VolumeArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.checks import require_dns_label, require_pinned_image
from components.kubernetes.network_policy import Allow, dns, pods_anywhere, tcp
from components.serving.fetch_pod import (
    KEYS_FILE,
    SUMS,
    fetch_containers,
    keys_file,
    pinned_sum,
    store_environment,
)
from components.serving.storage import MODELS_VOLUME, ModelFiles
from components.serving.tensorflow_serving import MODELS_DIRECTORY

PINNED_VOLUME = "pinned"
KEYS_VOLUME = "keys"
PINNED_ANNOTATION = "metalml/model-sums"
SHA256 = re.compile(r"[0-9a-f]{64}")
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class StoreKeys:
    """Who we are for the store."""

    access_key_id: Input[str]
    secret_access_key: Input[str]


@dataclass(frozen=True, kw_only=True)
class BucketFilesArgs:
    """One version of a model's files: a folder in a bucket, and the digest of its list of digests."""

    namespace: Input[str]
    secret: str
    """Name of the Secret that gets the keys, where there are any."""
    target: str
    """Where pods find them: a directory below MODELS_DIRECTORY."""
    endpoint: str
    """http:// or https://, host and port, nothing after."""
    region: str
    bucket: str
    prefix: str
    digest: str
    """SHA-256 of the folder's file SHA256SUMS."""
    size: str
    """What the files may take on a node's disk; a pod that takes more is ended."""
    image: str
    """Of the program that fetches."""
    user: int
    """Number of the user who fetches and serves; not 0."""
    keys: StoreKeys | None = None

    def __post_init__(self) -> None:
        require_dns_label("secret", self.secret)
        require_pinned_image("image", self.image)
        parts = urlsplit(self.endpoint)
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.path or parts.query:
            raise ValueError(
                f"endpoint {self.endpoint!r} must be http:// or https:// and a host, without a path"
            )
        if not self.bucket or not self.prefix or self.prefix.startswith("/") or self.prefix.endswith("/"):
            raise ValueError(
                f"bucket {self.bucket!r} and prefix {self.prefix!r} must name a folder, without / at its ends"
            )
        if not SHA256.fullmatch(self.digest):
            raise ValueError(f"digest {self.digest!r} must be 64 lower-case hexadecimal digits")
        if self.user < 1:
            raise ValueError(f"user {self.user} must be 1 or more: root may not fetch")


class BucketFiles(pulumi.ComponentResource):
    """The keys of a store in a Secret, and what fetches a version with them.

    A version never changes: another one has another digest, which rolls the pods, and pods of the old version
    that are made meanwhile go on fetching the old one, since all they need is in their own template. So every
    node may run replicas and all of them answer the same. Each pod downloads for itself: a start takes longer
    by that, and the node's disk holds the files once for each pod.
    """

    files: ModelFiles

    def __init__(self, name: str, args: BucketFilesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:serving:BucketFiles", name, None, opts)

        secret = None
        if args.keys is not None:
            # Changed keys change this object and no pod: the next pod that fetches reads them.
            secret = Secret(
                name,
                metadata=ObjectMetaArgs(name=args.secret, namespace=args.namespace),
                string_data={KEYS_FILE: _keys_file(args.keys)},
                opts=ResourceOptions(parent=self),
            )
        self.files = ModelFiles(
            volume=VolumeArgs(name=MODELS_VOLUME, empty_dir=EmptyDirVolumeSourceArgs(size_limit=args.size)),
            digest=args.digest,
            annotations={PINNED_ANNOTATION: pinned_sum(args.digest)},
            init_containers=fetch_containers(
                args.image,
                source=f"{args.bucket}/{args.prefix}",
                target=args.target,
                environment=store_environment(args.endpoint, args.region, keys=secret is not None),
                mounts={MODELS_VOLUME: MODELS_DIRECTORY},
                pinned_volume=PINNED_VOLUME,
                keys_volume=KEYS_VOLUME if secret else None,
                user=args.user,
                size=args.size,
            ),
            more_volumes=[_pinned(), *([_keys(secret.metadata.name)] if secret else [])],
            egress=_reach(args.endpoint),
        )
        self.register_outputs({})


def _pinned() -> VolumeArgs:
    """The pinned digest as a file. From the pod's own annotation: an object beside it could be another's."""
    field = ObjectFieldSelectorArgs(field_path=f"metadata.annotations['{PINNED_ANNOTATION}']")
    return VolumeArgs(
        name=PINNED_VOLUME,
        downward_api=DownwardAPIVolumeSourceArgs(
            items=[DownwardAPIVolumeFileArgs(path=SUMS, field_ref=field)]
        ),
    )


def _keys(secret: Input[str]) -> VolumeArgs:
    return VolumeArgs(name=KEYS_VOLUME, secret=SecretVolumeSourceArgs(secret_name=secret))


def _keys_file(keys: StoreKeys) -> Output[str]:
    both = Output.all(Output.secret(keys.access_key_id), Output.secret(keys.secret_access_key))
    return both.apply(lambda parts: keys_file(*parts))


def _reach(endpoint: str) -> list[Allow]:
    """Let the pod ask DNS and the store: by its port, since a policy knows no names."""
    parts = urlsplit(endpoint)
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    if (parts.hostname or "").endswith((".svc", ".svc.cluster.local")):
        # What arrives at a Service's pod has that pod's port, which nobody tells us.
        return [dns(), Allow(peers=[pods_anywhere()])]
    return [dns(), Allow(ports=tcp(port))]
