"""What fetches a version of a model into a pod: three steps of one program, none of which needs a shell."""

from collections.abc import Mapping

from pulumi_kubernetes.core.v1 import (
    ContainerArgs,
    EnvVarArgs,
    VolumeMountArgs,
)

from components.kubernetes.container_resources import EPHEMERAL_STORAGE, resource_requirements
from components.kubernetes.security_context import restricted_container

# Where the program is in its image.
FETCHER = "/usr/local/bin/rclone"
# In a version's folder: one line, as sha256sum writes it, for every other file.
SUMS = "SHA256SUMS"
PINNED_DIRECTORY = "/pinned"
KEYS_DIRECTORY = "/keys"
KEYS_FILE = "credentials"
REQUESTS = {"cpu": "100m", "memory": "128Mi"}
# The program keeps 16 MiB of each of 4 files, and 64 MiB of parts of large ones.
LIMITS = {"cpu": "1", "memory": "512Mi"}


def pinned_sum(digest: str) -> str:
    """The checksum line that says which list of checksums is the right one."""
    return f"{digest}  {SUMS}"


def keys_file(access_key_id: str, secret_access_key: str) -> str:
    """The file by which every program that speaks S3 learns who it is."""
    return f"[default]\naws_access_key_id = {access_key_id}\naws_secret_access_key = {secret_access_key}\n"


def store_environment(endpoint: str, region: str, *, keys: bool) -> dict[str, str]:
    """How the program reaches the store; without keys it asks as nobody."""
    found = {"RCLONE_S3_PROVIDER": "Other", "RCLONE_S3_ENDPOINT": endpoint, "RCLONE_S3_REGION": region}
    if keys:
        # From a file, since variables are inherited by whatever a process starts.
        found |= {
            "RCLONE_S3_ENV_AUTH": "true",
            "AWS_SHARED_CREDENTIALS_FILE": f"{KEYS_DIRECTORY}/{KEYS_FILE}",
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
    keys_volume: str | None,
    user: int,
    size: str,
) -> list[ContainerArgs]:
    """Copy, check the list by the pinned digest, check the files by the list; a failure ends the pod's start.

    `source` is `<bucket>/<prefix>`; `target` lies in one of the `mounts`, paths by volume. `size` of
    the node's disk is set aside for the pod: what is fetched counts as the pod's own.
    """
    steps = {
        "fetch": ["copy", f":s3:{source}", target],
        # A file that is in only one of both is a difference, too.
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
            # Its configuration is in the environment; a file would be looked for in a home that is not there.
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
                    [VolumeMountArgs(name=keys_volume, mount_path=KEYS_DIRECTORY, read_only=True)]
                    if keys_volume and name == "fetch"
                    else []
                ),
            ],
        )
        for name, arguments in steps.items()
    ]
