"""Where models' files are."""

from typing import Any

from tests.unit.settings.bad.mistake import Bad
from tests.unit.settings.given import GONE


def nfs(**changes: Any) -> dict[str, Any]:
    """Files on a share; the platform mounts shares."""
    files = {"kind": "nfs", "server": "10.77.0.5", "path": "/exports/model", "revision": "1", **changes}
    return {"platform.nfs": {}, "models[0].files": {k: v for k, v in files.items() if v is not GONE}}


def s3(**changes: Any) -> dict[str, Any]:
    """Files in a bucket."""
    files = {
        "kind": "s3",
        "endpoint": "https://s3.example.com",
        "bucket": "models",
        "prefix": "resnet/1",
        "digest": "0" * 64,
        **changes,
    }
    return {"models[0].files": {k: v for k, v in files.items() if v is not GONE}}


FILES = {
    "unknown kind of files": Bad(
        change={"models[0].files.kind": "ftp"},
        at="models[0].files",
        says=("kind: 'host', 'nfs', 's3'",),
    ),
    "files from nowhere": Bad(
        change={"models[0].files.source": GONE},
        at="models[0].files.source",
        says=("missing", "a source, or a revision"),
    ),
    "files from here and from somebody else": Bad(
        change={"models[0].files.revision": "2"},
        at="models[0].files.source",
        says=(".local/models/half_plus_two, beside a revision", "give one of them"),
    ),
    "files of one kind with a key of another": Bad(
        change={"models[0].files.bucket": "models"},
        at="models[0].files.bucket",
        says=("a key that does not exist", "hostPath"),
    ),
    "share without a driver": Bad(
        change={"models[0].files": nfs()["models[0].files"]},
        at="models[0].files.kind",
        says=("nfs, without platform.nfs", "set platform.nfs"),
    ),
    "share without a server": Bad(
        change=nfs(server=GONE), at="models[0].files.server", says=("missing", "(ml-model)")
    ),
    "share of a server that is none": Bad(
        change=nfs(server="nfs://a"), at="models[0].files.server", says=("a DNS name or an IPv4 address",)
    ),
    "share without a revision": Bad(
        change=nfs(revision=GONE), at="models[0].files.revision", says=("missing",)
    ),
    "class of shares without a path": Bad(
        change={"platform.nfs": {"storageClass": {"server": "10.77.0.5"}}},
        at="platform.nfs.storageClass.path",
        says=("missing",),
    ),
    "endpoint with a path": Bad(
        change=s3(endpoint="https://s3.example.com/models"),
        at="models[0].files.endpoint",
        says=("https://s3.example.com/models", "no path"),
    ),
    "endpoint without a scheme": Bad(
        change=s3(endpoint="s3.example.com"), at="models[0].files.endpoint", says=("https:// or http://",)
    ),
    "bucket that is none": Bad(
        change=s3(bucket="My_Models"), at="models[0].files.bucket", says=("3 to 63 of a-z 0-9 -",)
    ),
    "prefix that climbs": Bad(change=s3(prefix="a/../b"), at="models[0].files.prefix", says=("without ..",)),
    "prefix that begins with a slash": Bad(
        change=s3(prefix="/a"), at="models[0].files.prefix", says=("a folder in the bucket",)
    ),
    "digest of something else": Bad(
        change=s3(digest="sha256:abc"),
        at="models[0].files.digest",
        says=("64 of 0-9 a-f", "sha256sum SHA256SUMS"),
    ),
    "key of a store without its secret": Bad(
        change={**s3(), "s3AccessKeyId": "models"},
        at="s3SecretAccessKey",
        says=("missing, where s3AccessKeyId is set", "pulumi config set --secret metalml:s3SecretAccessKey"),
    ),
    "secret of a store in plain text and without its key": Bad(
        change={**s3(), "s3SecretAccessKey": "secret"},
        at="s3SecretAccessKey",
        says=("a secret in plain text", "make a new one"),
        also_at=("s3AccessKeyId",),
    ),
}
