"""Pods that call the APIs of Elasticsearch or Kibana with curl, as the superuser `elastic`."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.batch.v1 import Job, JobSpecArgs
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    ConfigMapProjectionArgs,
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    EmptyDirVolumeSourceArgs,
    KeyToPathArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ProjectedVolumeSourceArgs,
    SecretProjectionArgs,
    SecretVolumeSourceArgs,
    VolumeArgs,
    VolumeMountArgs,
    VolumeProjectionArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.kubernetes.container_resources import resource_requirements
from components.kubernetes.security_context import restricted_container, restricted_pod
from components.logging.names import ADMIN, CLIENT, NAMESPACE, labels_of

# The user "nobody": curl does not need the image's own user.
USER = 65534
SCRIPTS = Path(__file__).parent / "scripts"


def script(name: str) -> str:
    """The content of a script that runs in a pod."""
    return (SCRIPTS / name).read_text()


def client_pod(
    name: str,
    image: str,
    command: Sequence[str],
    *,
    scripts: Input[str],
    authority: Input[str],
    files: Mapping[str, VolumeArgs] | None = None,
) -> PodSpecArgs:
    """A pod that runs `bash /scripts/<command>` once.

    `scripts` is the ConfigMap with the script, `authority` the ConfigMap with the CA certificate, `files` has
    volumes by mount path.
    """
    files = files or {}
    volumes = [
        VolumeArgs(name="scripts", config_map=ConfigMapVolumeSourceArgs(name=scripts)),
        VolumeArgs(name="authority", config_map=ConfigMapVolumeSourceArgs(name=authority)),
        VolumeArgs(name="admin", secret=SecretVolumeSourceArgs(secret_name=ADMIN, default_mode=0o440)),
        VolumeArgs(name="tmp", empty_dir=EmptyDirVolumeSourceArgs(size_limit="64Mi")),
    ]
    reads = {"/scripts": "scripts", "/authority": "authority", "/admin": "admin"}
    reads |= {path: str(volume.name) for path, volume in files.items()}
    program, *arguments = command
    return PodSpecArgs(
        restart_policy="OnFailure",
        automount_service_account_token=False,
        enable_service_links=False,
        security_context=restricted_pod(USER, fs_group=USER),
        containers=[
            ContainerArgs(
                name=name,
                image=image,
                image_pull_policy="IfNotPresent",
                command=["bash", f"/scripts/{program}", *arguments],
                resources=resource_requirements(
                    {"cpu": "50m", "memory": "64Mi"}, {"cpu": "500m", "memory": "128Mi"}
                ),
                security_context=restricted_container(USER),
                volume_mounts=[
                    *(
                        VolumeMountArgs(name=volume, mount_path=path, read_only=True)
                        for path, volume in reads.items()
                    ),
                    VolumeMountArgs(name="tmp", mount_path="/tmp"),
                ],
            )
        ],
        volumes=[*volumes, *files.values()],
    )


def scripts_map(name: str, scripts: Sequence[str], opts: ResourceOptions) -> ConfigMap:
    """Register a ConfigMap with scripts."""
    return ConfigMap(
        f"{name}-scripts",
        metadata=ObjectMetaArgs(name=f"{name}-scripts", namespace=NAMESPACE, labels=labels_of(name)),
        data={one: script(one) for one in scripts},
        opts=opts,
    )


def digest_of(*texts: Input[str]) -> Output[str]:
    """SHA-256 of texts, not a secret: it discloses nothing about passwords among them, which are random."""
    told = Output.all(*texts).apply(lambda parts: hashlib.sha256("\0".join(parts).encode()).hexdigest())
    return Output.unsecret(told)


def client_job(name: str, pod: PodSpecArgs, contents: Output[str], opts: ResourceOptions) -> Job:
    """Register a Job that runs the pod until it succeeds, and again when the digest `contents` changes."""
    return Job(
        name,
        metadata=ObjectMetaArgs(name=name, namespace=NAMESPACE, labels=labels_of(name)),
        spec=JobSpecArgs(
            backoff_limit=6,
            template=PodTemplateSpecArgs(
                metadata=ObjectMetaArgs(
                    labels={**labels_of(name), **CLIENT}, annotations={"metalml/contents-sha256": contents}
                ),
                spec=pod,
            ),
        ),
        # A Job's pod template is immutable, and its name is fixed.
        opts=ResourceOptions.merge(opts, ResourceOptions(delete_before_replace=True)),
    )


def projected(
    name: str, config_map: Input[str], secret: Input[str], secret_keys: Sequence[str]
) -> VolumeArgs:
    """A projected volume: the files of a ConfigMap, and those of a Secret in the directory `secret`."""
    return VolumeArgs(
        name=name,
        projected=ProjectedVolumeSourceArgs(
            default_mode=0o440,
            sources=[
                VolumeProjectionArgs(config_map=ConfigMapProjectionArgs(name=config_map)),
                VolumeProjectionArgs(
                    secret=SecretProjectionArgs(
                        name=secret,
                        items=[KeyToPathArgs(key=key, path=f"secret/{key}") for key in secret_keys],
                    )
                ),
            ],
        ),
    )
