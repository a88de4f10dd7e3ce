"""The init containers that download a version of a model: three runs of rclone, without a shell."""

from collections.abc import Mapping

from pulumi_kubernetes.core.v1 import (
    ContainerArgs,
    EnvVarArgs,
    VolumeMountArgs,
)

from components.kubernetes.container_resources import EPHEMERAL_STORAGE, resource_requirements
from components.kubernetes.security_context import restricted_container

# The path of rclone in its image.
FETCHER = "/usr/local/bin/rclone"
# In a version's folder: one line in the format of sha256sum for every other file.
SUMS = "SHA256SUMS"
PINNED_DIRECTORY = "/pinned"
CREDENTIALS_DIRECTORY = "/keys"
CREDENTIALS_FILE = "credentials"
REQUESTS = {"cpu": "100m", "memory": "128Mi"}
# rclone buffers 16 MiB of each of 4 files, and 64 MiB of chunks of large ones.
LIMITS = {"cpu": "1", "memory": "512Mi"}


def pinned_sum(digest: str) -> str:
    """The line in the format of sha256sum that pins SHA256SUMS itself."""
    return f"{digest}  {SUMS}"


def credentials_file(access_key_id: str, secret_access_key: str) -> str:
    """The shared credentials file, which all S3 clients read."""
    return f"[default]\naws_access_key_id = {access_key_id}\naws_secret_access_key = {secret_access_key}\n"


def rclone_environment(endpoint: str, region: str, *, credentials: bool) -> dict[str, str]:
    """The environment of rclone; without credentials its requests are anonymous."""
    found = {"RCLONE_S3_PROVIDER": "Other", "RCLONE_S3_ENDPOINT": endpoint, "RCLONE_S3_REGION": region}
    if credentials:
        # In a file, because child processes inherit environment variables.
        found |= {
            "RCLONE_S3_ENV_AUTH": "true",
            "AWS_SHARED_CREDENTIALS_FILE": f"{CREDENTIALS_DIRECTORY}/{CREDENTIALS_FILE}",
        }
    return found


def fetch_containers(
    image: str,
    *,
    source: str,
    target: str,
    environment: Mapping[str, str],
    mounts: Mapping[str, str],
    pinned_volume: str,
    credentials_volume: str | None,
    user: int,
    size: str,
) -> list[ContainerArgs]:
    """Copy, verify SHA256SUMS by the pinned digest, verify the files by SHA256SUMS; a failure ends the start.

    `source` is `<bucket>/<prefix>`; `target` is in one of the `mounts`, paths by volume. `size` is the
    request and the limit of ephemeral storage: downloaded files count as the pod's own.
    """
    steps = {
        "fetch": ["copy", f":s3:{source}", target],
        # A file that exists on one side only is a difference, too.
        "check-list": [
            "checksum",
            "sha256",
            "--copy-links",
            f"{PINNED_DIRECTORY}/{SUMS}",
            target,
            f"--include=/{SUMS}",
        ],
        "check-files": ["checksum", "sha256", f"{target}/{SUMS}", target, f"--exclude=/{SUMS}"],
    }
    return [
        ContainerArgs(
            name=name,
            image=image,
            image_pull_policy="IfNotPresent",
            command=[FETCHER],
            # The environment has the configuration; a file would be searched in a home that does not exist.
            args=[*arguments, "--config="],
            env=[EnvVarArgs(name=key, value=value) for key, value in environment.items()]
            if name == "fetch"
            else None,
            resources=resource_requirements(
                {**REQUESTS, EPHEMERAL_STORAGE: size}, {**LIMITS, EPHEMERAL_STORAGE: size}
            ),
            security_context=restricted_container(user),
            volume_mounts=[
                *(VolumeMountArgs(name=volume, mount_path=path) for volume, path in mounts.items()),
                VolumeMountArgs(name=pinned_volume, mount_path=PINNED_DIRECTORY, read_only=True),
                *(
                    [
                        VolumeMountArgs(
                            name=credentials_volume, mount_path=CREDENTIALS_DIRECTORY, read_only=True
                        )
                    ]
                    if credentials_volume and name == "fetch"
                    else []
                ),
            ],
        )
        for name, arguments in steps.items()
    ]
