"""Model files in S3-compatible object storage: each pod downloads one version and verifies it first."""

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
    CREDENTIALS_FILE,
    SUMS,
    credentials_file,
    fetch_containers,
    pinned_sum,
    rclone_environment,
)
from components.serving.storage import MODELS_VOLUME, ModelFiles
from components.serving.tensorflow_serving import MODELS_DIRECTORY

PINNED_VOLUME = "pinned"
CREDENTIALS_VOLUME = "keys"
PINNED_ANNOTATION = "metalml/model-sums"
SHA256 = re.compile(r"[0-9a-f]{64}")
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class S3Credentials:
    """The access key for the object storage."""

    access_key_id: Input[str]
    secret_access_key: Input[str]


@dataclass(frozen=True, kw_only=True)
class BucketFilesArgs:
    """One version of a model's files: bucket and prefix, and the digest of the prefix's SHA256SUMS."""

    namespace: Input[str]
    secret: str
    """Name of the Secret for the credentials, if any."""
    target: str
    """Path of the files in the pod: a directory below MODELS_DIRECTORY."""
    endpoint: str
    """URL with http:// or https://, host and port, without a path."""
    region: str
    bucket: str
    prefix: str
    digest: str
    """SHA-256 of the file SHA256SUMS below the prefix."""
    size: str
    """The sizeLimit of the emptyDir with the files; the kubelet evicts a pod that exceeds it."""
    image: str
    """The image with rclone."""
    user: int
    """UID of the init containers and the server; not 0."""
    credentials: S3Credentials | None = None

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
    """The Secret with the credentials, and the init containers that download a version.

    A version is immutable: another version has another digest, which triggers a rollout. Pods of the old
    version that are created meanwhile still download the old one, since their template has all they need. So
    replicas can run on every node, and all of them serve the same files. Each pod downloads the files: its
    start takes longer, and the node's disk holds one copy for each pod.
    """

    files: ModelFiles

    def __init__(self, name: str, args: BucketFilesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("metalml:serving:BucketFiles", name, None, opts)

        secret = None
        if args.credentials is not None:
            # Changed credentials change the Secret and trigger no rollout: the next new pod reads them.
            secret = Secret(
                name,
                metadata=ObjectMetaArgs(name=args.secret, namespace=args.namespace),
                string_data={CREDENTIALS_FILE: _credentials_file(args.credentials)},
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
                environment=rclone_environment(args.endpoint, args.region, credentials=secret is not None),
                mounts={MODELS_VOLUME: MODELS_DIRECTORY},
                pinned_volume=PINNED_VOLUME,
                credentials_volume=CREDENTIALS_VOLUME if secret else None,
                user=args.user,
                size=args.size,
            ),
            extra_volumes=[_pinned(), *([_credentials_volume(secret.metadata.name)] if secret else [])],
            egress=_reach(args.endpoint),
        )
        self.register_outputs({})


def _pinned() -> VolumeArgs:
    """The pinned digest as a file, from the pod's own annotation: a ConfigMap could be of another version."""
    field = ObjectFieldSelectorArgs(field_path=f"metadata.annotations['{PINNED_ANNOTATION}']")
    return VolumeArgs(
        name=PINNED_VOLUME,
        downward_api=DownwardAPIVolumeSourceArgs(
            items=[DownwardAPIVolumeFileArgs(path=SUMS, field_ref=field)]
        ),
    )


def _credentials_volume(secret: Input[str]) -> VolumeArgs:
    return VolumeArgs(name=CREDENTIALS_VOLUME, secret=SecretVolumeSourceArgs(secret_name=secret))


def _credentials_file(credentials: S3Credentials) -> Output[str]:
    both = Output.all(Output.secret(credentials.access_key_id), Output.secret(credentials.secret_access_key))
    return both.apply(lambda parts: credentials_file(*parts))


def _reach(endpoint: str) -> list[Allow]:
    """Allow egress to DNS and to the object storage: by port, since a NetworkPolicy has no host names."""
    parts = urlsplit(endpoint)
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    if (parts.hostname or "").endswith((".svc", ".svc.cluster.local")):
        # A policy applies to the target port of the Service's pods, which is unknown here.
        return [dns(), Allow(peers=[pods_anywhere()])]
    return [dns(), Allow(ports=tcp(port))]
